import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { BulkOperationNotFound } from '../db/bulk-operations/bulk-operations';
import { PageNotReadable } from '../db/mirror/copy/copy-kernel';
import { LineTooLong } from '../db/mirror/copy/csv-to-binary';
import { ForeignTrigger } from '../db/mirror/foreign-triggers';
import { LayoutChanged } from '../db/mirror/layout';
import { ResultFileBroken } from '../db/mirror/load/result-file';
import { toDatabaseError, type DatabaseError } from '../db/postgres/pg-errors';
import { SessionEnded } from '../db/sessions/chunks';
import { SessionNotFound } from '../db/sessions/sessions';
import { DATABASE_FAILURES } from '../domain/database-failures';
import type { RetryRuleName } from '../domain/retry-rules';
import { NumberRangeExceeded } from '../domain/runs/chunk-numbers';
import { retryRuleOf } from '../domain/zoho-failures';
import type { FailureKind } from '../temporal/contract/failure-kind';
import { failureKindOf, FAILURES, permanentFailure } from '../temporal/contract/failures';
import { ZohoError } from '../zoho/errors/errors';

/** A failure as Temporal gets it, and how long it is tried again. */
export interface Classified {
  failure: ApplicationFailure;
  retry: RetryRuleName;
  whatToDo: string;
}

/** Errors of JavaScript and Node, whose messages quote whatever they stumbled over. */
const BUILT_IN = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'URIError',
  'AggregateError',
]);

/** Classifies what an activity threw; undefined for a cancellation. */
export function toFailure(error: unknown): Classified | undefined {
  if (error instanceof CancelledFailure) return undefined;
  if (error instanceof ApplicationFailure) return known(error);
  if (error instanceof ZohoError) return fromZoho(error);
  // The row may have been deleted by hand: then nothing is left to record, and bookkeeping has no limit of time.
  const isOver =
    error instanceof SessionEnded || error instanceof SessionNotFound || error instanceof BulkOperationNotFound;
  if (isOver) return known(permanentFailure(FAILURES.run.ended, error.message));
  if (error instanceof NumberRangeExceeded)
    return known(permanentFailure(FAILURES.chunks.rangeExceeded, error.message));
  if (error instanceof ForeignTrigger) return known(permanentFailure(FAILURES.mirror.foreignTrigger, error.message));
  if (error instanceof PageNotReadable) return ofKind(FAILURES.content.pageNotReadable, error.message);
  if (error instanceof ResultFileBroken || error instanceof LineTooLong)
    return ofKind(FAILURES.content.fileNotReadable, error.message);
  if (error instanceof LayoutChanged) return ofKind(FAILURES.mirror.layoutChanged, error.message);
  const database = toDatabaseError(error);
  if (database) return ofKind(FAILURES.database[database.kind], describeDatabaseError(database));
  if (codeOf(error) === 'ENOSPC') return ofKind(FAILURES.engine.diskFull, 'No space is left on the disk (ENOSPC).');
  return ofKind(FAILURES.engine.unexpected, describeUnknown(error));
}

function ofKind({ type, retry, whatToDo }: FailureKind, message: string): Classified {
  const nonRetryable = retry === 'never';
  return { failure: ApplicationFailure.create({ type, message, nonRetryable }), retry, whatToDo };
}

function known(failure: ApplicationFailure): Classified {
  const kind = failureKindOf(failure.type) ?? FAILURES.engine.unexpected;
  // A kind that ends the work where it is raised for good may be raised as one that is tried again, too.
  const retry = !failure.nonRetryable && kind.retry === 'never' ? 'minutes' : kind.retry;
  return { failure, retry, whatToDo: kind.whatToDo };
}

function fromZoho(error: ZohoError): Classified {
  const { category, code, operation, fieldName, retryable, retryAfterMs, whatToDo } = error;
  const failure = ApplicationFailure.create({
    type: FAILURES.zoho[category].type,
    message: `${error.message}. ${whatToDo}`,
    nonRetryable: !retryable,
    details: [{ category, code, operation, field: fieldName }],
    ...(retryable && retryAfterMs !== undefined && { nextRetryDelay: Math.max(1, retryAfterMs) }),
    ...(category === 'rate_limited' && { category: ApplicationFailureCategory.BENIGN }),
  });
  return { failure, retry: retryRuleOf(category, code), whatToDo };
}

/** PostgreSQL quotes values in its messages, and a failure is kept in Temporal's history: so only kind and place. */
function describeDatabaseError({ kind, code, table, constraint, objects }: DatabaseError): string {
  const place = [table && `table ${table}`, constraint && `constraint ${constraint}`, objects]
    .filter(Boolean)
    .join(', ');
  const { meaning } = DATABASE_FAILURES[kind];
  return `PostgreSQL: ${kind.replaceAll('_', ' ')}${code ? ` (${code})` : ''}${place ? `, ${place}` : ''}. ${meaning}.`;
}

/** Names and code only: the message of an error of JavaScript may hold a record's value. The worker's log has it all. */
function describeUnknown(error: unknown): string {
  if (!(error instanceof Error)) return 'Something that is no error was thrown.';
  const code = codeOf(error);
  const name = `${error.name}${code === undefined ? '' : ` (${code})`}`;
  if (!BUILT_IN.has(error.name) && code === undefined) return `${name}: ${error.message}`;
  const place = /\bat ((?:async )?[\w.#<>]+) \(/.exec(error.stack ?? '')?.[1];
  return place === undefined ? `${name}.` : `${name} in ${place}.`;
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}

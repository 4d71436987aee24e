import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { toDatabaseError, type DatabaseError } from '../db/postgres/pg-errors';
import { SessionEnded } from '../db/sessions/chunks';
import { NumberRangeExceeded } from '../domain/runs/chunk-numbers';
import type { Logger } from '../logger';
import { FAILURES, permanentFailure } from '../temporal/contract/failures';
import { ZohoError } from '../zoho/errors/errors';

const FIRST_BACKOFF_MS = 2_000;
const MAX_BACKOFF_MS = 60_000;

/**
 * The one place where a failure becomes Temporal's: its type says what happened, whether to try again and when.
 * Everything that is not known to be hopeless is tried again.
 */
export class FailureInterceptor implements ActivityInboundCallsInterceptor {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      // Whatever a cancelled attempt stumbled over (a closed stream, an aborted statement), it was cancelled.
      if (cancellationSignal().aborted) throw cancellationSignal().reason;
      const failure = toFailure(error);
      if (failure instanceof ApplicationFailure && failure.category !== ApplicationFailureCategory.BENIGN) {
        const { activityType, attempt, workflowExecution } = activityInfo();
        this.#logger.warn(
          { activityType, attempt, workflowId: workflowExecution?.workflowId, type: failure.type, err: error },
          failure.message,
        );
      }
      throw failure;
    }
  }
}

function toFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof ZohoError) return fromZoho(error);
  if (error instanceof SessionEnded) return permanentFailure(FAILURES.run.ended, error.message);
  if (error instanceof NumberRangeExceeded) return permanentFailure(FAILURES.chunks.rangeExceeded, error.message);
  const database = toDatabaseError(error);
  if (database) {
    return ApplicationFailure.create({
      type: FAILURES.database[database.kind].type,
      message: describeDatabaseError(database),
      // A statement that PostgreSQL refuses today it refuses tomorrow; everything else may pass.
      nonRetryable: database.kind === 'schema_mismatch' || database.kind === 'permission_denied',
    });
  }
  return error;
}

/** PostgreSQL quotes values in its messages, and a failure is kept in Temporal's history: so only kind and place. */
function describeDatabaseError({ kind, code, table, constraint }: DatabaseError): string {
  const place = [table && `table ${table}`, constraint && `constraint ${constraint}`].filter(Boolean).join(', ');
  return `PostgreSQL: ${kind.replaceAll('_', ' ')}${code ? ` (${code})` : ''}${place ? `, ${place}` : ''}.`;
}

function fromZoho(error: ZohoError): ApplicationFailure {
  const delay = error.retryAfterMs ?? (error.category === 'rate_limited' ? backoff() : undefined);
  return ApplicationFailure.create({
    type: FAILURES.zoho[error.category].type,
    message: `${error.message}. ${error.whatToDo}`,
    nonRetryable: !error.retryable,
    details: [{ category: error.category, code: error.code, operation: error.operation, field: error.fieldName }],
    ...(error.retryable && delay !== undefined && { nextRetryDelay: Math.max(1, delay) }),
    ...(error.category === 'rate_limited' && { category: ApplicationFailureCategory.BENIGN }),
  });
}

/** Exponential with full jitter: workers that were refused together do not come back together. */
function backoff(): number {
  const ceiling = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (activityInfo().attempt - 1));
  return Math.round(ceiling / 2 + (Math.random() * ceiling) / 2);
}

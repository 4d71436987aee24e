import type { ApplicationFailure } from '@temporalio/common';
import { FAILURES, permanentFailure } from '../../../temporal/contract/failures';
import { ZohoError } from '../../../zoho/errors/errors';
import type { PageCursor } from './list-pages';

/** A page token lives a day and is bound to its parameters. A scan that loses it starts over, so many times at most. */
const MAX_RESTARTS = 3;

/** Before any record: the time from which on a scan by time reads all of a module. */
export const BEGINNING_OF_TIME = '1970-01-01T00:00:00+00:00';

/** Position of a scan, committed with the rows it has loaded. */
export interface ScanPosition extends PageCursor {
  done: boolean;
  restarts: number;
  /** Id of the last record read. */
  reached?: string | null;
  usedPageTokens?: boolean;
  /** Zoho's time when the attempt that came so far had its first page. ISO 8601. */
  firstAnswer?: string;
}

/** Signals that the records of a list come in another order than asked for, by which a scan has gone on. */
export class PagesOutOfOrder extends Error {
  override readonly name = 'PagesOutOfOrder';
}

/**
 * Position from which a scan goes on after a page that failed; undefined if it cannot.
 * - A token that is no longer taken: from its start, or from the time that was reached.
 * - Another order than asked for: from the start, by tokens alone.
 * - More records than tokens reach, by id: by time of modification, where tokens are hardly needed.
 * @param start the time from which on the scan reads changes, if it does
 */
export function positionAfter(
  error: unknown,
  { modifiedSince, tokensOnly, restarts, usedPageTokens = false }: ScanPosition,
  { start, hasTimes }: { start: string | undefined; hasTimes: boolean },
): ScanPosition | undefined {
  const again = { token: null, done: false, restarts, usedPageTokens };
  if (error instanceof PagesOutOfOrder) {
    return { ...again, modifiedSince: start ?? BEGINNING_OF_TIME, tokensOnly: true, usedPageTokens: true };
  }
  if (isBeyondTokens(error)) {
    return modifiedSince === undefined && hasTimes ? { ...again, modifiedSince: BEGINNING_OF_TIME } : undefined;
  }
  if (!isCursorLost(error) || error.code === 'NO_PAGE_TOKEN' || restarts === MAX_RESTARTS) return undefined;
  return { ...again, modifiedSince, ...(tokensOnly && { tokensOnly }), restarts: restarts + 1 };
}

/** Whether page tokens reach no further: that is the end of this way, and starting over would end there again. */
export function isBeyondTokens(error: unknown): error is ZohoError {
  return isCursorLost(error) && error.code === 'PAGINATION_LIMIT_EXCEEDED';
}

function isCursorLost(error: unknown): error is ZohoError {
  return error instanceof ZohoError && error.category === 'cursor_lost';
}

/** The failure of a scan by time that cannot go on because page tokens reach no further; undefined for any other. */
export function tooManyChanges(
  error: unknown,
  module: string,
  { modifiedSince, tokensOnly }: ScanPosition,
): ApplicationFailure | undefined {
  if (!isBeyondTokens(error) || modifiedSince === undefined) return undefined;
  const [kind, what] = tokensOnly
    ? ([FAILURES.changes.outOfOrder, 'were modified than page tokens reach, and Zoho lists them in no order'] as const)
    : ([FAILURES.changes.tooManyAtOnce, 'were modified within one second than list pages reach'] as const);
  const message = `More records of ${module} ${what}. Run a full sync: it reads them by bulk read.`;
  return permanentFailure(kind, message, error);
}

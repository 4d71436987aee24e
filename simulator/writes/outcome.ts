import type { ErrorDetails } from '../http/api-error';
import { type Reply, json } from '../http/exchange';

/** The result of one record of a write call, at the place of its input. */
export type Outcome =
  | {
      readonly status: 'success';
      readonly code: 'SUCCESS';
      readonly message: string;
      readonly details: Record<string, unknown>;
      readonly action?: 'insert' | 'update';
      readonly duplicate_field?: string | null;
    }
  | RecordError;

export interface RecordError {
  readonly status: 'error';
  readonly code: string;
  readonly message: string;
  readonly details: ErrorDetails;
}

export function recordError(code: string, message: string, details: ErrorDetails): RecordError {
  return { code, details, message, status: 'error' };
}

/** Positional results under `wrapper`: `allOk` when every record succeeded, 400 when none did, `mixed` between. */
export function positional(
  outcomes: readonly Outcome[],
  allOk: 200 | 201,
  mixed: 200 | 202 | 207 = 207,
  wrapper = 'data',
): Reply {
  const failed = outcomes.filter((outcome) => outcome.status === 'error').length;
  const status = failed === 0 ? allOk : failed === outcomes.length ? 400 : mixed;
  return json(status, { [wrapper]: outcomes });
}

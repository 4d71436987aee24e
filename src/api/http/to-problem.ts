import { BulkOperationNotFound } from '../../db/bulk-operations/bulk-operations';
import { toDatabaseError } from '../../db/postgres/pg-errors';
import { ActiveSessionExists, SessionNotFound } from '../../db/sessions/sessions';
import {
  CommandRefused,
  NoWorkerAnswered,
  SyncWorkflowNotRunning,
  SyncWorkflowRunning,
  TemporalUnavailable,
} from '../../temporal/runs/command-errors';
import { Problem, type ProblemCode } from './problem';
import { zohoProblem } from './zoho-problem';

/** Translates any error to a problem. An unknown one is an `internal_error` without its text. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof URIError) return new Problem('invalid_parameter', 'The path is not well-formed.');
  return knownProblem(error) ?? zohoProblem(error) ?? databaseProblem(error) ?? internalError(error);
}

function knownProblem(error: unknown): Problem | undefined {
  const cause = { cause: error };
  if (error instanceof SessionNotFound) return new Problem('session_not_found', error.message, {}, cause);
  if (error instanceof BulkOperationNotFound) return new Problem('operation_not_found', error.message, {}, cause);
  if (error instanceof ActiveSessionExists) {
    return new Problem('sync_already_running', error.message, { sessionId: error.activeSessionId }, cause);
  }
  if (error instanceof SyncWorkflowRunning) return new Problem('sync_already_running', error.message, {}, cause);
  if (error instanceof SyncWorkflowNotRunning) return new Problem('workflow_not_running', error.message, {}, cause);
  if (error instanceof CommandRefused) return new Problem('command_refused', error.message, {}, cause);
  if (error instanceof NoWorkerAnswered) return unavailable('no_worker', error.message, error);
  if (error instanceof TemporalUnavailable) return unavailable('temporal_unavailable', error.message, error);
  return undefined;
}

function databaseProblem(error: unknown): Problem | undefined {
  if (!toDatabaseError(error)?.retryable) return undefined;
  return unavailable('database_unavailable', 'The database did not answer; try again.', error);
}

function unavailable(code: ProblemCode, detail: string, cause: unknown): Problem {
  return new Problem(code, detail, { headers: { 'Retry-After': '5' } }, { cause });
}

function internalError(error: unknown): Problem {
  return new Problem('internal_error', 'The request failed; the log has the details.', {}, { cause: error });
}

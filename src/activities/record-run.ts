import { BulkOperationNotFound } from '../db/bulk-operations/bulk-operations';
import { recordRunUpdate } from '../db/runs/record-run-update';
import { SessionNotFound } from '../db/sessions/sessions';
import type { RunKind, RunUpdate, RunUpdateAnswer } from '../domain/runs/run';
import type { ActivityDependencies } from './dependencies';

/**
 * An update as it was scheduled before runs had a name of their own. A deploy finds such tasks waiting, and attempts of
 * them that will be repeated; workflows no longer send it.
 */
interface UpdateBySessionId extends Omit<RunUpdate, 'run'> {
  /** Id of the run, of whichever kind. */
  sessionId: string;
}

export type RecordedUpdate = RunUpdate | UpdateBySessionId;

/**
 * Writes one step of a run. Idempotent by the run and the update's sequence. A run whose row is gone has ended.
 * @param kind of the runs that the activity has always written
 */
export async function recordRun(
  { knex }: ActivityDependencies,
  kind: RunKind,
  update: RecordedUpdate,
): Promise<RunUpdateAnswer> {
  try {
    return await recordRunUpdate(knex, 'run' in update ? update : namingItsRun(kind, update));
  } catch (error) {
    if (error instanceof SessionNotFound || error instanceof BulkOperationNotFound) return 'ended';
    throw error;
  }
}

function namingItsRun(kind: RunKind, { sessionId: id, ...step }: UpdateBySessionId): RunUpdate {
  return { ...step, run: { kind, id } };
}

import { recordRunUpdate } from '../db/runs/record-run-update';
import type { RunKind, RunUpdate } from '../domain/runs/run';
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
 * Writes one step of a run. Idempotent by the run and the update's sequence.
 * @param kind of the runs that the activity has always written
 * @returns whether the row changed; false for a run that has ended
 */
export async function recordRun(
  { knex }: ActivityDependencies,
  kind: RunKind,
  update: RecordedUpdate,
): Promise<boolean> {
  if ('run' in update) return recordRunUpdate(knex, update);
  const { sessionId: id, ...step } = update;
  return recordRunUpdate(knex, { ...step, run: { kind, id } });
}

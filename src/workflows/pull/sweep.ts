import { counted } from '../../domain/counted';
import { fullSyncChunks } from '../../domain/runs/chunk-numbers';
import { sweepUnseenRows, weighSweep } from '../activity-proxies';
import type { SyncRun } from './sync-run';

export interface Sweep {
  /** Zoho's time when the run began to read. ISO 8601. */
  lowWatermark: string;
  /** Until when earlier sessions followed Zoho's deletes; null if none did. ISO 8601. */
  deletesFollowedUntil: string | null;
}

/**
 * Removes the rows that a round has not seen and that Zoho does not know; many of them stay until a person decides.
 * @param round its number: what it has not seen is swept
 */
export async function sweep(run: SyncRun, request: Sweep, round: number): Promise<void> {
  const { steps, session } = run;
  session.note({ phase: 'sweeping' });
  const { all: seenIn, sweep: chunks } = fullSyncChunks(round);
  const target = { ...run.target, began: request.lowWatermark, seenIn };
  const { candidates, awaitingApproval } = await steps.run(() => weighSweep({ ...target, ...run.removal }));
  if (awaitingApproval > 0) run.hold(awaitingApproval);
  if (candidates === awaitingApproval) return;
  const { buried: deleted } = await steps.run(() =>
    sweepUnseenRows({
      ...target,
      deletesFollowedUntil: request.deletesFollowedUntil,
      sequence: run.nextDeleteSequence(),
      firstChunk: chunks.first,
    }),
  );
  run.deleted += deleted;
  await session.record(
    {},
    `${counted(candidates, 'row was', 'rows were')} not among what Zoho returned; ${counted(deleted, 'of them is gone and has', 'of them are gone and have')} left the mirror.`,
  );
}

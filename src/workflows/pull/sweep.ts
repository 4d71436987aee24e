import { massDeleteNeedsApproval } from '../../domain/mirror/mass-delete-guard';
import { fullSyncChunks } from '../../domain/runs/chunk-numbers';
import { countSweepCandidates, sweepUnseenRows } from '../activity-proxies';
import type { SyncRun } from './sync-run';

export interface Sweep {
  /** Zoho's time when the run began to read. ISO 8601. */
  lowWatermark: string;
  /** Until when earlier sessions followed Zoho's deletes; null if none did. ISO 8601. */
  deletesFollowedUntil: string | null;
}

/**
 * Removes the rows that a round has not seen and that Zoho does not know; many of them only when a person agrees.
 * @param round its number: what it has not seen is swept
 */
export async function sweep(run: SyncRun, request: Sweep, round: number): Promise<void> {
  const { approval, steps, session } = run;
  session.note({ phase: 'sweeping' });
  const { all: seenIn, sweep: chunks } = fullSyncChunks(round);
  const target = { ...run.target, began: request.lowWatermark, seenIn };
  const { candidates, mirrorRows } = await steps.run(() => countSweepCandidates(target));
  if (candidates === 0) return;
  if (!approval.isGiven && massDeleteNeedsApproval(candidates, mirrorRows, approval.percent)) {
    await approval.wait(candidates, mirrorRows);
  }
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
    `${candidates} rows were not among what Zoho returned; ${deleted} of them are gone and left the mirror.`,
  );
}

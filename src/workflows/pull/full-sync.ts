import type { SkippedRun } from '../../temporal/contract/open-session';
import type { FullSyncInput, OpenedInput, SyncResult } from '../../temporal/contract/sync-messages';
import { finishFullSync } from '../activity-proxies';
import { inSession } from '../run/open-session';
import { SyncRun } from './sync-run';
import { verificationOf } from './verify-counts';
import { readModule, sumUpComparison } from './whole-read';

/**
 * Mirrors a whole module: plans, reads every row, removes what has vanished, catches up with what changed meanwhile, and
 * counts both sides. Every step can be repeated without harm.
 */
export async function fullSync(input: FullSyncInput): Promise<SyncResult | SkippedRun> {
  return inSession(input, 'full_sync', mirrorModule);
}

async function mirrorModule(input: FullSyncInput & OpenedInput): Promise<SyncResult> {
  const run = new SyncRun(input, `Full sync of ${input.module}`, input.state);
  return run.complete(async () => {
    const read = await readModule(run, input);
    const { plan, counts, completeUntil, deletesUntil } = read;
    const findings = await sumUpComparison(run, read);
    const verification = verificationOf(read);
    const request = { ...run.target, path: plan.path, completeUntil, deletesUntil, verification };
    return run.finish(await finishFullSync(request), { counts, verification }, completeUntil, {
      ...(plan.compare && { compared: plan.compare }),
      ...(findings && { findings }),
    });
  });
}

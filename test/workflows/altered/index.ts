import { sleep } from '@temporalio/workflow';
import type { SkippedRun } from '../../../src/temporal/contract/open-session';
import type { FullSyncInput, SyncResult } from '../../../src/temporal/contract/sync-messages';
import { fullSync as original } from '../../../src/workflows';

/** Example of a careless change: one more step before all others. */
export async function fullSync(input: FullSyncInput): Promise<SyncResult | SkippedRun> {
  await sleep('1s');
  return original(input);
}

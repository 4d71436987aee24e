import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { counted } from '../../domain/counted';
import type { SkippedRun } from '../../temporal/contract/open-session';
import type { ApprovalInput, OpenedInput, RefreshResult } from '../../temporal/contract/sync-messages';
import { closeApproval, removeApproved } from '../activity-proxies';
import { SyncRun } from '../pull/sync-run';
import { inSession } from '../run/open-session';

/**
 * Removes what a person has approved, and nothing else. Cancelled, it removes no more, and what is left is asked about
 * anew by the next session that finds it.
 */
export async function applyApproval(input: ApprovalInput): Promise<RefreshResult | SkippedRun> {
  return inSession(input, 'manual_refresh', remove);
}

async function remove(input: ApprovalInput & OpenedInput): Promise<RefreshResult> {
  const { approvalId, module, sessionId } = input;
  const run = new SyncRun(input, `Approved removal of records of ${module}`);
  return run.complete(async () => {
    await run.begin(`Asking Zoho once more for the records of ${module} whose removal was approved.`);
    run.session.note({ phase: 'removing' });
    const { removed, found, ...sums } = await run.steps
      .run(() => removeApproved({ ...run.target, approvalId }))
      .catch(async (error: unknown) => {
        if (isCancellation(error)) {
          await CancellationScope.nonCancellable(() => closeApproval({ approvalId, sessionId, ending: 'withdrawn' }));
        }
        throw error;
      });
    await closeApproval({ approvalId, sessionId, ending: 'applied' });
    const requested = removed + found;
    const result: RefreshResult = { status: 'completed', requested, found, vanished: removed, kept: 0, ...sums };
    await run.session.record(
      {
        status: 'completed',
        phase: 'completed',
        processedRecords: requested,
        successfulRecords: sums.created + sums.updated,
        skippedRecords: sums.unchanged,
        failedRecords: sums.failed,
        result,
      },
      `${counted(removed, `record of ${module} has`, `records of ${module} have`)} left the mirror${found > 0 ? `; Zoho has ${found} of those that were approved, and they stay` : ''}.`,
    );
    return result;
  });
}

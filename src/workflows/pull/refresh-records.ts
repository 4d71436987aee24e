import { counted } from '../../domain/counted';
import type { RefreshInput, RefreshResult } from '../../temporal/contract/sync-messages';
import { refetchRecords } from '../activity-proxies';
import { SyncRun } from './sync-run';

/** Reads chosen records from Zoho into the mirror, whatever else is being read, and moves no watermark. */
export async function refreshRecords(input: RefreshInput): Promise<RefreshResult> {
  const { module, records } = input;
  const run = new SyncRun(input, `Chosen records of ${module}`);
  return run.complete(async () => {
    await run.begin(`Asking Zoho for ${counted(records, 'record')} of ${module}.`);
    run.session.note({ phase: 'reading', totalRecords: records });
    const { found, vanished, kept, ...sums } = await run.steps.run(() => refetchRecords(run.target));
    const result: RefreshResult = { status: 'completed', requested: records, found, vanished, kept, ...sums };
    await run.session.record(
      {
        status: 'completed',
        phase: 'completed',
        processedRecords: records,
        successfulRecords: sums.created + sums.updated,
        skippedRecords: sums.unchanged,
        failedRecords: sums.failed,
        result,
      },
      describe(module, result),
      kept > 0 || sums.failed > 0 ? 'WARNING' : 'INFO',
    );
    return result;
  });
}

function describe(
  module: string,
  { requested, found, vanished, kept, created, updated, failed }: RefreshResult,
): string {
  const parts = [
    `Zoho has ${found} of the ${counted(requested, 'record')} of ${module}: ${created} created, ${updated} updated.`,
    ...(failed > 0 ? [`${failed} do not fit and are in quarantine.`] : []),
    ...(vanished > 0 ? [`It does not know ${vanished}, which are no longer in the mirror.`] : []),
    ...(kept > 0
      ? [
          `It does not know ${kept} more, which stay until somebody decides (pulse approvals list): so many at once may be a lost permission.`,
        ]
      : []),
  ];
  return parts.join(' ');
}

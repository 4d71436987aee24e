import type { SkippedRun } from '../../temporal/contract/open-session';
import type { FillInput, FillResult, OpenedInput } from '../../temporal/contract/sync-messages';
import { readNewColumns } from '../activity-proxies';
import { SyncRun } from '../pull/sync-run';
import { inSession } from '../run/open-session';

/** Reads the values of new columns, and moves no watermark. */
export async function fillColumns(input: FillInput): Promise<FillResult | SkippedRun> {
  return inSession(input, 'manual_refresh', fill);
}

async function fill(input: FillInput & OpenedInput): Promise<FillResult> {
  const {
    module,
    options: { fields },
  } = input;
  const run = new SyncRun(input, `New columns of ${module}`);
  return run.complete(async () => {
    await run.begin(`Asking Zoho for the values of ${fields.join(', ')} of ${module}.`);
    run.session.note({ phase: 'reading' });
    const { left, ...sums } = await run.steps.run(() => readNewColumns(run.target));
    const filled = fields.filter((field) => !left.includes(field));
    const result: FillResult = { status: 'completed', filled, left, ...sums };
    await run.session.record(
      {
        status: 'completed',
        phase: 'completed',
        processedRecords: sums.read,
        successfulRecords: sums.updated,
        skippedRecords: sums.unchanged,
        failedRecords: sums.failed,
        result,
      },
      describe(module, result),
      sums.failed > 0 ? 'WARNING' : 'INFO',
    );
    return result;
  });
}

function describe(module: string, { filled, left, updated, failed }: FillResult): string {
  return [
    ...(filled.length > 0 ? [`${filled.join(', ')} of ${module} filled: ${updated} rows have a value.`] : []),
    ...(failed > 0 ? [`${failed} do not fit and are in quarantine.`] : []),
    ...(left.length > 0
      ? [`${left.join(', ')} of ${module} not read by themselves: their values come with the next full sync.`]
      : []),
  ].join(' ');
}

import { countHeldRemovals } from '../../db/approvals/held-removals';
import { closeAlert, openAlert } from '../../db/health/alerts';
import type { MirrorModule } from '../../db/mirror/mirror-module';
import { countMirrorRows } from '../../db/mirror/mirror-table';
import { countQuarantine } from '../../db/mirror/quarantine';
import { countMovedRows, getKnownDifference, noteCount, requestComparison } from '../../db/mirror/row-counts';
import { counted } from '../../domain/counted';
import { explainCounts } from '../../domain/mirror/explain-counts';
import { readFrom } from '../../domain/mirror/watermark';
import type { CountVerification } from '../../domain/runs/verification';
import type { RowCounts } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import { countRecords } from '../../zoho/records/count-records';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { wholeMirror } from './load-mirror';
import { convertedParameter } from './scan/list-pages';
import { settleDoubts } from './settle-doubts';
import { timedAnswer } from './timed-answer';

/** Calls of one count for records in doubt; only those that the last changes left are asked for here. */
const MAX_DOUBT_CALLS = 10;

/** One is open while what Zoho and a mirror count differs, and nothing explains it. */
const FALSE_GREEN_ALERT = 'sync.false_green';

/**
 * Asks for the records that are still in doubt, then counts the module on both sides: Zoho first, and once more where
 * that does not explain the mirror's rows, beside what came and went in the moments before. 1 credit, or 2.
 */
export async function countBothSides(deps: ActivityDependencies, target: SyncTarget): Promise<RowCounts> {
  const mirror = await wholeMirror(deps, target);
  return withZoho(
    deps,
    target,
    async (zoho) => {
      await settleDoubts(deps, zoho, target, MAX_DOUBT_CALLS);
      const count = () =>
        timedAnswer(() => countRecords(zoho.transport, target.module, convertedParameter(target.module), zoho.options));
      const { answer: before, asOf } = await count();
      const [mirrorRows, { quarantined, unmirrored, columns }, heldRows, knownDifference] = await Promise.all([
        countMirrorRows(deps.knex, mirror),
        countQuarantine(deps.knex, mirror),
        countHeldRemovals(deps.knex, mirror),
        getKnownDifference(deps.knex, mirror),
      ]);
      const counts = {
        at: asOf.toISOString(),
        zohoRows: before.count,
        mirrorRows,
        quarantinedRows: quarantined,
        unmirroredRows: unmirrored,
        misfits: columns,
        ...(heldRows > 0 && { heldRows }),
        ...(knownDifference !== 0 && { knownDifference }),
      };
      if (explainCounts(counts).outcome === 'agreed') return counts;
      const after = await count();
      const movedRows = await countMovedRows(deps.knex, mirror, new Date(readFrom(after.asOf)));
      return { ...counts, zohoRowsAfter: after.answer.count, movedRows };
    },
    'verify',
  );
}

/**
 * Keeps the result of a count, and raises an alert where nothing explains it and it was not so before; that also asks for
 * a comparison of all rows. The alert resolves itself with the first count that agrees. Idempotent.
 */
export async function settleCount(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  mirror: Pick<MirrorModule, 'connectionId' | 'key' | 'module'>,
  { outcome, unexplained = 0, zohoRows }: CountVerification,
): Promise<void> {
  const { connectionId, key, module } = mirror;
  await noteCount(knex, mirror, { zohoRows, difference: outcome === 'known' ? undefined : unexplained });
  if (outcome === 'known') return;
  if (outcome === 'agreed') {
    await closeAlert(knex, { connectionId, module: key, kind: FALSE_GREEN_ALERT });
    return;
  }
  await requestComparison(knex, mirror);
  const rows = Math.abs(unexplained);
  await openAlert(knex, {
    connectionId,
    module: key,
    kind: FALSE_GREEN_ALERT,
    severity: 'warning',
    message: `Zoho counts ${counted(rows, 'row')} ${unexplained > 0 ? 'more' : 'fewer'} of ${module} than the mirror accounts for, though every change was read. A comparison of all rows shows which: run a full sync, or wait for the next night's.`,
    details: { difference: unexplained },
  });
}

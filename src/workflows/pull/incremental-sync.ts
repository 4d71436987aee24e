import { incrementalSyncChunks } from '../../domain/runs/chunk-numbers';
import type { SkippedRun } from '../../temporal/contract/open-session';
import type { IncrementalSyncPlan } from '../../temporal/contract/results';
import type { IncrementalSyncInput, OpenedInput, SyncResult } from '../../temporal/contract/sync-messages';
import { finishIncrementalSync, planIncrementalSync, readRestored, retryQuarantined } from '../activity-proxies';
import { inSession } from '../run/open-session';
import { catchUp, type CaughtUp } from './catch-up';
import { assertMostFit } from './quarantine';
import { SyncRun } from './sync-run';
import { countRows, describeDifference, verificationOf, type Counted } from './verify-counts';

/**
 * Brings the mirror of a module up to date: reads what changed and was deleted since the watermark, moves it, and
 * compares the counts of both sides. What they leave unexplained is looked for once more; then the session completes with
 * a warning, since all changes were read, and asks for a comparison of all rows.
 */
export async function incrementalSync(input: IncrementalSyncInput): Promise<SyncResult | SkippedRun> {
  return inSession(input, 'incremental_sync', addChanges);
}

async function addChanges(input: IncrementalSyncInput & OpenedInput): Promise<SyncResult> {
  const run = new SyncRun(input, `Incremental sync of ${input.module}`);
  return run.complete(async () => {
    const plan = await makePlan(run, input);
    if (plan.dueRecords) await retryMisfits(run, plan.dueRecords);
    let caughtUp = await catchUp(run, { ...plan, hasModifiedTime: true, chunks: incrementalSyncChunks.catchUp });
    let counted = await countRows(run, true);
    if (counted.outcome === 'unexplained') {
      caughtUp = await lookAgain(run, plan, caughtUp, counted);
      counted = await countRows(run, true);
    }
    assertMostFit(input.module, counted.counts);
    const verification = verificationOf(counted);
    const request = { ...run.target, ...caughtUp, readFrom: plan.changesSince, verification };
    const { hasGap, ...sums } = await finishIncrementalSync(request);
    if (hasGap)
      run.session.warn(
        'Changes before those that were read are not in the mirror: its table was made anew. Run a full sync.',
      );
    return run.finish(sums, { counts: counted.counts, verification }, caughtUp.completeUntil);
  });
}

async function makePlan(run: SyncRun, { module, options }: IncrementalSyncInput): Promise<IncrementalSyncPlan> {
  const { since } = options;
  await run.begin(`Planning the incremental sync of ${module}.`);
  const plan = await run.steps.run(() => planIncrementalSync({ ...run.target, ...(since && { since }) }));
  run.follow(plan);
  await run.session.record(
    { phase: 'reading', readPath: 'list', fromTimestamp: plan.changesSince, plan },
    `Reading what changed in ${module} since ${plan.changesSince}, ${plan.fields} fields.`,
  );
  for (const warning of plan.warnings) run.session.warn(warning);
  return plan;
}

/** Asks once more for records that did not fit: they may fit by now, and no list of changes shows it. */
async function retryMisfits(run: SyncRun, due: number): Promise<void> {
  const { found } = await run.steps.run(() =>
    retryQuarantined({
      ...run.target,
      firstChunk: incrementalSyncChunks.retried.first,
      sequence: run.nextDeleteSequence(),
      due,
    }),
  );
  run.session.note({}, `${due} records in quarantine were asked for again; Zoho still has ${found} of them.`);
}

/**
 * Finds what no list of changes shows, a restored record, and what came between reading and counting. Where the mirror
 * has too many rows, the list of deletes is read once more from where this session began.
 */
async function lookAgain(
  run: SyncRun,
  { deletesSince }: IncrementalSyncPlan,
  { completeUntil, deletesUntil }: CaughtUp,
  { counts, difference }: Counted,
): Promise<CaughtUp> {
  run.session.note({}, `${describeDifference(run.target.module, counts)} It is looked at once more.`);
  if (difference > 0) {
    const request = { ...run.target, missing: difference, firstChunk: incrementalSyncChunks.restored.first };
    const { restored } = await run.steps.run(() => readRestored(request));
    if (restored > 0) await run.session.record({}, `${restored} records came back that had left the mirror.`);
  }
  return catchUp(run, {
    changesSince: completeUntil,
    deletesSince: difference > 0 ? deletesUntil : deletesSince,
    hasModifiedTime: true,
    chunks: incrementalSyncChunks.secondCatchUp,
  });
}

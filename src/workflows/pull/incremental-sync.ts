import { incrementalSyncChunks } from '../../domain/runs/chunk-numbers';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { SkippedRun } from '../../temporal/contract/open-session';
import type { IncrementalSyncPlan } from '../../temporal/contract/results';
import type { IncrementalSyncInput, OpenedInput, SyncResult } from '../../temporal/contract/sync-messages';
import { finishIncrementalSync, planIncrementalSync, readRestored, retryQuarantined } from '../activity-proxies';
import { inSession } from '../run/open-session';
import { catchUp, type CaughtUp, describeDifference, differenceOf } from './catch-up';
import { assertMostFit } from './quarantine';
import { SyncRun } from './sync-run';

/**
 * Brings the mirror of a module up to date: reads what changed and was deleted since the watermark, compares the counts
 * of both sides, and only then moves the watermark. What changes leave unexplained is looked for once more; then the
 * run says so and leaves it to a full sync.
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
    if (!caughtUp.isVerified) caughtUp = await lookAgain(run, caughtUp);
    const { counts, isVerified, completeUntil, deletesUntil } = caughtUp;
    if (!isVerified) {
      throw permanentFailure(
        FAILURES.verification.failed,
        `${describeDifference(input.module, counts)} The changes since ${plan.changesSince} do not explain it. Run a full sync: it reads every row.`,
      );
    }
    assertMostFit(input.module, counts);
    const readFrom = plan.changesSince;
    const { hasGap, ...sums } = await finishIncrementalSync({ ...run.target, completeUntil, deletesUntil, readFrom });
    if (hasGap)
      run.session.warn(
        'Changes before those that were read are not in the mirror: its table was made anew. Run a full sync.',
      );
    return run.finish(sums, counts, completeUntil);
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

/** Finds what no list of changes shows, a restored record, and what came while both sides were counted. */
async function lookAgain(run: SyncRun, { counts, completeUntil, deletesUntil }: CaughtUp): Promise<CaughtUp> {
  const missing = differenceOf(counts);
  run.session.warn(`${describeDifference(run.target.module, counts)} It is looked at once more.`);
  if (missing > 0) {
    const request = { ...run.target, missing, firstChunk: incrementalSyncChunks.restored.first };
    const { restored } = await run.steps.run(() => readRestored(request));
    if (restored > 0) await run.session.record({}, `${restored} records came back that had left the mirror.`);
  }
  return catchUp(run, {
    changesSince: completeUntil,
    deletesSince: deletesUntil,
    hasModifiedTime: true,
    chunks: incrementalSyncChunks.secondCatchUp,
  });
}

import { counted } from '../../domain/counted';
import { incrementalSyncChunks } from '../../domain/runs/chunk-numbers';
import type { Verification } from '../../domain/runs/verification';
import type { SkippedRun } from '../../temporal/contract/open-session';
import type { IncrementalSyncPlan } from '../../temporal/contract/results';
import type { IncrementalSyncInput, OpenedInput, SyncResult } from '../../temporal/contract/sync-messages';
import { finishIncrementalSync, planIncrementalSync, readRestored, retryQuarantined } from '../activity-proxies';
import { isUnknownModule } from '../run/activity-failures';
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
    await run.begin(`Planning the incremental sync of ${input.module}.`);
    const read = await readAsPlanned(run, input);
    const { caughtUp, counted } = await checkCounts(run, read);
    if (counted) assertMostFit(input.module, counted.counts);
    const verification: Verification = counted ? verificationOf(counted) : { kind: 'changes' };
    const { completeUntil, deletesUntil } = caughtUp;
    const { hasGap, quarantined, ...sums } = await finishIncrementalSync({
      ...run.target,
      completeUntil,
      deletesUntil,
      readFrom: read.plan.changesSince,
      verification,
    });
    if (hasGap)
      run.session.warn(
        'Changes before those that were read are not in the mirror: its table was made anew. Run a full sync.',
      );
    return run.finish(sums, { verification, counts: counted?.counts, quarantinedRows: quarantined }, completeUntil);
  });
}

/** A plan, and what was read by it. */
interface Reading {
  plan: IncrementalSyncPlan;
  caughtUp: CaughtUp;
}

/** Reads what changed. Where Zoho does not know the module by the name in the books any more, its metadata is read first. */
async function readAsPlanned(run: SyncRun, input: IncrementalSyncInput): Promise<Reading> {
  try {
    return await readChangesOf(run, await makePlan(run, input));
  } catch (error) {
    if (!isUnknownModule(error)) throw error;
    run.session.note({}, `Zoho knows no module ${run.target.module}. Its metadata is read anew.`);
    return readChangesOf(run, await makePlan(run, input, true));
  }
}

async function readChangesOf(run: SyncRun, plan: IncrementalSyncPlan): Promise<Reading> {
  if (plan.dueRecords) await retryMisfits(run, plan.dueRecords);
  return {
    plan,
    caughtUp: await catchUp(run, {
      ...plan,
      hasModifiedTime: true,
      mayExport: true,
      chunks: incrementalSyncChunks.catchUp,
    }),
  };
}

/** Counts both sides if rows came or went, or a count is due; and once more after another look at what it leaves open. */
async function checkCounts(
  run: SyncRun,
  { plan, caughtUp }: Reading,
): Promise<{ caughtUp: CaughtUp; counted?: Counted }> {
  if (plan.countDue === false && caughtUp.moved === 0) return { caughtUp };
  const counted = await countRows(run, true, caughtUp);
  if (counted.outcome !== 'unexplained') return { caughtUp, counted };
  const again = await lookAgain(run, plan, caughtUp, counted);
  const deletesCut = caughtUp.deletesCut || again.deletesCut;
  return { caughtUp: again, counted: await countRows(run, true, { deletesCut }) };
}

async function makePlan(
  run: SyncRun,
  { module, options }: IncrementalSyncInput,
  readsMetadata = false,
): Promise<IncrementalSyncPlan> {
  const { lookBackHours, since } = options;
  const request = {
    ...run.target,
    ...(since && { since }),
    ...(lookBackHours && { lookBackHours }),
    ...(readsMetadata && { readsMetadata }),
  };
  const plan = await run.steps.run(() => planIncrementalSync(request));
  run.follow(plan);
  await run.session.record(
    { phase: 'reading', readPath: 'list', fromTimestamp: plan.changesSince, plan },
    `Reading what changed in ${module} since ${plan.changesSince}, ${counted(plan.fields, 'field')}.`,
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
  run.session.note(
    {},
    `${counted(due, 'record in quarantine was', 'records in quarantine were')} asked for again; Zoho still has ${found} of them.`,
  );
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
    if (restored > 0)
      await run.session.record({}, `${counted(restored, 'record')} came back that had left the mirror.`);
  }
  return catchUp(run, {
    changesSince: completeUntil,
    deletesSince: difference > 0 ? deletesUntil : deletesSince,
    hasModifiedTime: true,
    chunks: incrementalSyncChunks.secondCatchUp,
  });
}

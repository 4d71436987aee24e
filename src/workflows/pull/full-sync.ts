import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import type { ComparisonFindings } from '../../domain/mirror/comparison-findings';
import { exportChunk, fullSyncChunks } from '../../domain/runs/chunk-numbers';
import type { Comparison } from '../../domain/runs/enums';
import { isFirstLoad, MAX_ROUNDS, roundsFrom } from '../../domain/runs/rounds';
import { LIMITS } from '../../domain/zoho-limits';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { SkippedRun } from '../../temporal/contract/open-session';
import type { FullSyncPlan } from '../../temporal/contract/results';
import type { FullSyncInput, OpenedInput, SyncResult } from '../../temporal/contract/sync-messages';
import {
  finishComparison,
  finishFullSync,
  indexMirror,
  planFullSync,
  readByListPages,
  settleDifferences,
  weighDifferences,
} from '../activity-proxies';
import { causeOf, isFailure } from '../run/activity-failures';
import { inSession } from '../run/open-session';
import { extractByBulkRead } from './bulk-extraction';
import type { CaughtUp } from './catch-up';
import { assertMostFit } from './quarantine';
import { sweep } from './sweep';
import { SyncRun } from './sync-run';
import { catchUpAndCount, describeDifference, verificationOf, type Counted } from './verify-counts';

/** A field that bulk read refuses is left out, or only the name of what it points to, and the rest is planned again. */
const MAX_PLANS = 2 * LIMITS.bulkRead.fields;

/**
 * Mirrors a whole module: plans, reads every row, removes what has vanished, catches up with what changed meanwhile, and
 * is done when both sides count the same. Every step can be repeated without harm.
 */
export async function fullSync(input: FullSyncInput): Promise<SyncResult | SkippedRun> {
  return inSession(input, 'full_sync', readWhole);
}

async function readWhole(input: FullSyncInput & OpenedInput): Promise<SyncResult> {
  const { module, state } = input;
  const run = new SyncRun(input, `Full sync of ${module}`, state);
  run.expectedRows = state?.plan.expectedRows ?? null;
  if (state) run.follow(state.plan);
  return run.complete(async () => {
    let plan = state?.plan ?? (await firstPlan(run, input));
    let difference = '';
    for (const round of roundsFrom(state?.round ?? 1)) {
      if (difference) run.session.warn(`${difference} The module is read once more.`);
      plan = await extract(run, input, plan, round);
      difference = await fetchDifferences(run, plan, round);
      if (difference) continue;
      if (!isFirstLoad(plan, round)) await sweep(run, plan, round);
      const { completeUntil, deletesUntil, ...counted } = await catchUpAndIndex(run, plan, round);
      const { counts } = counted;
      if (counted.outcome === 'agreed') {
        assertMostFit(module, counts);
        const verification = verificationOf(counted);
        const request = { ...run.target, path: plan.path, completeUntil, deletesUntil, verification };
        const findings = await sumUpComparison(run, plan, round);
        return run.finish(await finishFullSync(request), { counts, verification }, completeUntil, {
          ...(plan.compare && { compared: plan.compare }),
          ...(findings && { findings }),
        });
      }
      difference = describeDifference(module, counts);
    }
    throw permanentFailure(
      FAILURES.verification.failed,
      `${difference} Reading ${MAX_ROUNDS} times did not settle it: rows are missing.`,
    );
  });
}

async function firstPlan(run: SyncRun, input: FullSyncInput): Promise<FullSyncPlan> {
  await run.begin(`Planning the sync of ${input.module}.`);
  return makePlan(run, input);
}

const COMPARING: Readonly<Record<Comparison, string>> = {
  values: 'Every value is compared.',
  times: 'Rows with the same time of modification are not compared.',
};

function describeComparison({ comparedFields }: FullSyncPlan): string {
  if (!comparedFields) return '';
  const beside = comparedFields.length > 0 ? `, times and ${comparedFields.length} fields` : ' and times';
  return ` Ids${beside} are exported, and the records that differ are asked for.`;
}

/** A person who asks for a full sync wants the mirror to be right, whatever made it differ. */
function comparisonOf({ options }: FullSyncInput): Comparison {
  return options.compare ?? 'values';
}

/**
 * Plans how to read the module.
 * @param earlier a plan that this one replaces: when the run began, and what it found then, stays
 */
async function makePlan(run: SyncRun, input: FullSyncInput, earlier?: FullSyncPlan): Promise<FullSyncPlan> {
  const { steps, session, target } = run;
  const { path } = input.options;
  const requested = comparisonOf(input);
  const fresh = await steps.run(() => planFullSync({ ...target, compare: requested, ...(path && { path }) }));
  const { lowWatermark, mirrorWasEmpty, deletesFollowedUntil } = earlier ?? fresh;
  const { compare = requested } = fresh;
  const plan = { ...fresh, lowWatermark, mirrorWasEmpty, deletesFollowedUntil, compare };
  run.expectedRows = plan.expectedRows;
  run.follow(plan);
  await session.record(
    {
      phase: 'reading',
      readPath: plan.path,
      expectedRecords: plan.expectedRows,
      totalRecords: plan.expectedRows,
      fromTimestamp: plan.lowWatermark,
      plan,
    },
    `Reading ${plan.expectedRows} rows of ${input.module}, ${plan.fields} fields. ${plan.reason}. ${COMPARING[compare]}${describeComparison(plan)}`,
  );
  for (const warning of plan.warnings) session.warn(warning);
  return plan;
}

/**
 * Reads every row.
 * @returns the plan that was followed: a field that turns out not to be exportable is left out by a new one
 */
async function extract(run: SyncRun, input: FullSyncInput, plan: FullSyncPlan, round: number): Promise<FullSyncPlan> {
  let followed = plan;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (followed.path === 'bulk') await extractInBulk(run, input, followed, round);
      else await extractPages(run, followed, round);
      return followed;
    } catch (error) {
      if (!isFailure(error, FAILURES.bulkRead.fieldRefused) || attempt === MAX_PLANS) throw error;
      run.session.warn(`${causeOf(error)?.message ?? ''} Planning again without it.`);
      followed = await makePlan(run, input, followed);
    }
  }
}

async function extractInBulk(run: SyncRun, input: FullSyncInput, plan: FullSyncPlan, round: number): Promise<void> {
  const { state, continueAsNewAfterPages } = input;
  const compared = comparedIn(plan, round);
  const nextPage = await extractByBulkRead(run.steps, {
    ...loadOptions(run, plan, round),
    target: { ...run.target, ...(compared && { fields: compared }) },
    round,
    firstPage: state?.round === round ? state.nextPage : 1,
    expectedRows: plan.expectedRows,
    notExported: plan.notExported,
    pagesPerRun: continueAsNewAfterPages,
    onLoaded: (page, chunk) => run.count(chunk, exportChunk(round, page)),
  });
  if (nextPage !== null) await continueInNewRun(run, input, plan, { round, nextPage });
  if (plan.leavesOutConverted) await extractPages(run, plan, round, true);
}

/** Fields that a round exports to find what differs. Where that was too much, the next round reads all. */
function comparedIn({ comparedFields }: FullSyncPlan, round: number): string[] | undefined {
  return round === 1 ? comparedFields : undefined;
}

/** @returns why the whole module has to be read instead, or nothing */
async function fetchDifferences(run: SyncRun, plan: FullSyncPlan, round: number): Promise<string> {
  if (!comparedIn(plan, round)) return '';
  const request = { ...run.target, rows: plan.expectedRows };
  const { found, tooMany } = await run.steps.run(() => weighDifferences(request));
  if (found > 0) await run.steps.run(() => settleDifferences({ ...request, found, tooMany }));
  if (tooMany) return `${found} records differ, and to ask for each would cost more than to read them all.`;
  if (found > 0) run.session.note({}, `${found} records differed and were asked for.`);
  return '';
}

async function continueInNewRun(
  run: SyncRun,
  input: FullSyncInput,
  plan: FullSyncPlan,
  position: { round: number; nextPage: number },
): Promise<never> {
  await run.session.record({}, `Page ${position.nextPage} is read in a new run, to keep the history short.`);
  // The new run does not know of a pause.
  await condition(() => allHandlersFinished() && !run.steps.isPaused);
  const state = { sequence: run.session.sequence, plan, ...position, sums: run.sums };
  return continueAsNew<typeof fullSync>({ ...input, state });
}

async function extractPages(run: SyncRun, plan: FullSyncPlan, round: number, convertedOnly = false): Promise<void> {
  const { convertedLeads, listScan } = fullSyncChunks(round);
  const scan = await run.steps.run(() =>
    readByListPages({
      ...run.target,
      ...loadOptions(run, plan, round),
      firstChunk: (convertedOnly ? convertedLeads : listScan.lowest).first,
      convertedOnly,
      ...(!convertedOnly && { expectedRows: plan.expectedRows }),
    }),
  );
  run.count(scan);
}

/** The terms of a comparison of every row with the mirror; a read of some fields, or into an empty mirror, is none. */
function comparisonIn({ target }: SyncRun, { mirrorWasEmpty, promisedUntil }: FullSyncPlan) {
  if (mirrorWasEmpty || target.fields || promisedUntil === undefined) return undefined;
  return { promisedUntil, repairs: true };
}

async function sumUpComparison(
  run: SyncRun,
  plan: FullSyncPlan,
  round: number,
): Promise<ComparisonFindings | undefined> {
  const comparison = comparisonIn(run, plan);
  if (!comparison) return undefined;
  const { compare: depth = 'times', lowWatermark: asOf } = plan;
  return run.steps.run(() =>
    finishComparison({ ...run.target, comparison, depth, asOf, chunks: fullSyncChunks(round).all }),
  );
}

function loadOptions(run: SyncRun, plan: FullSyncPlan, round: number) {
  const comparison = comparisonIn(run, plan);
  const firstLoad = isFirstLoad(plan, round);
  const compareValues = plan.compare === 'values';
  return {
    firstLoad,
    compareValues,
    ...(comparison && { comparison }),
    keepSeenIds: !firstLoad,
    trackRecords: !plan.mirrorWasEmpty,
  };
}

async function catchUpAndIndex(run: SyncRun, plan: FullSyncPlan, round: number): Promise<CaughtUp & Counted> {
  const { hasModifiedTime, lowWatermark } = plan;
  const chunks = fullSyncChunks(round).catchUp;
  const [caughtUp] = await Promise.all([
    catchUpAndCount(run, { changesSince: lowWatermark, deletesSince: lowWatermark, hasModifiedTime, chunks }),
    run.steps.run(() => indexMirror({ ...run.target, allNames: plan.compare === 'values' })),
  ]);
  return caughtUp;
}

import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import { counted } from '../../domain/counted';
import type { ComparisonFindings } from '../../domain/mirror/comparison-findings';
import { MODIFIED_TIME_FIELD } from '../../domain/mirror/mirror-field';
import { exportChunk, fullSyncChunks } from '../../domain/runs/chunk-numbers';
import type { Comparison } from '../../domain/runs/enums';
import { isFirstLoad, MAX_READS } from '../../domain/runs/rounds';
import type { CountVerification } from '../../domain/runs/verification';
import { LIMITS } from '../../domain/zoho-limits';
import type { ComparisonRequest } from '../../temporal/contract/comparison';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { FullSyncPlan } from '../../temporal/contract/results';
import type { OpenedInput, WholeReadInput } from '../../temporal/contract/sync-messages';
import {
  finishComparison,
  indexMirror,
  planFullSync,
  readByListPages,
  settleDifferences,
  weighDifferences,
} from '../activity-proxies';
import { causeOf, isFailure } from '../run/activity-failures';
import { extractByBulkRead } from './bulk-extraction';
import type { CaughtUp } from './catch-up';
import { assertMostFit } from './quarantine';
import { sweep } from './sweep';
import type { SyncRun } from './sync-run';
import { catchUpAndCount, describeDifference, type Counted } from './verify-counts';

/** A field that bulk read refuses is left out, or only the name of what it points to, and the rest is planned again. */
const MAX_PLANS = 2 * LIMITS.bulkRead.fields;

/** Reading of a whole module, with the counts after it. */
export interface WholeRead extends CaughtUp, Counted {
  plan: FullSyncPlan;
  /** Number of the last reading. */
  round: number;
}

/**
 * Reads a whole module into its mirror, removes what has vanished, and catches up with what changed meanwhile. Where the
 * counts of both sides do not fit together then, the mirror is compared once more: what was just loaded by the same way,
 * what was compared by the other one, ids and times alone, if the day can pay it, since some exports leave rows out. What
 * differs even then is a difference of Zoho's counter.
 */
export async function readModule(run: SyncRun, input: WholeReadInput & OpenedInput): Promise<WholeRead> {
  const { state } = input;
  run.expectedRows = state?.plan.expectedRows ?? null;
  if (state) run.follow(state.plan);
  let plan = state?.plan ?? (await firstPlan(run, input));
  for (let round = state?.round ?? 1; ; round += 1) {
    plan = await extract(run, input, plan, round);
    const tooMany = await fetchDifferences(run, plan, round);
    if (tooMany) {
      run.session.warn(`${tooMany} The module is read once more.`);
      continue;
    }
    if (!isFirstLoad(plan, round)) await sweep(run, plan, round);
    const read = { ...(await catchUpAndIndex(run, plan, round)), plan, round };
    const next = await nextReading(run, read);
    if (!next) return read;
    run.session.warn(`${describeDifference(input.module, read.counts)} The module is read once more.`);
    plan = next;
  }
}

/** Plans what is read once more, if something is. */
async function nextReading(run: SyncRun, { outcome, plan, round }: WholeRead): Promise<FullSyncPlan | undefined> {
  if (outcome === 'agreed' || plan.idsOnly || round >= MAX_READS) return undefined;
  return isFirstLoad(plan, round) ? plan : idsByOtherPath(run, plan);
}

/** Plans to read only ids and times, by the way that was not used; undefined where the day's credits do not suffice. */
async function idsByOtherPath(run: SyncRun, plan: FullSyncPlan): Promise<FullSyncPlan | undefined> {
  const path = plan.path === 'bulk' ? 'list' : 'bulk';
  const fields = [MODIFIED_TIME_FIELD];
  const other = await run.steps.run(() => planFullSync({ ...run.target, fields, path, compare: 'times' }));
  if (!other.hasModifiedTime || other.affordable === false) return undefined;
  const { expectedRows, leavesOutConverted } = other;
  return { ...plan, path, expectedRows, leavesOutConverted, idsOnly: true };
}

/**
 * Sums up what a comparison has found, if the session was one.
 * @throws verification.failed when records differ that could not be repaired; quarantine.most_records
 */
export async function sumUpComparison(
  run: SyncRun,
  { plan, round, counts }: Pick<WholeRead, 'plan' | 'round' | 'counts'>,
  verification?: CountVerification,
): Promise<ComparisonFindings | undefined> {
  assertMostFit(run.target.module, counts);
  const comparison = comparisonIn(run, plan);
  if (!comparison) return undefined;
  const findings = await finish(run, plan, round, comparison, verification);
  if (findings.failed === 0) return findings;
  throw permanentFailure(
    FAILURES.verification.failed,
    `${counted(findings.failed, `record of ${run.target.module} differs`, `records of ${run.target.module} differ`)} from the mirror and could not be repaired: rows are missing.`,
  );
}

/** Sums up a comparison that has repaired nothing. */
export async function finishFindings(run: SyncRun, plan: FullSyncPlan, round: number): Promise<ComparisonFindings> {
  return finish(run, plan, round, { promisedUntil: plan.promisedUntil ?? null, repairs: false });
}

function finish(
  run: SyncRun,
  plan: FullSyncPlan,
  round: number,
  comparison: ComparisonRequest,
  verification?: CountVerification,
): Promise<ComparisonFindings> {
  const { compare: depth = 'times', lowWatermark: asOf } = plan;
  // Ids that were read by the other way in addition are no rows that were compared.
  const chunks = fullSyncChunks(plan.idsOnly ? round - 1 : round).all;
  return run.steps.run(() =>
    finishComparison({ ...run.target, comparison, depth, asOf, chunks, ...(verification && { verification }) }),
  );
}

export async function firstPlan(run: SyncRun, input: WholeReadInput): Promise<FullSyncPlan> {
  await run.begin(`Planning the sync of ${input.module}.`);
  return makePlan(run, input);
}

const COMPARING: Readonly<Record<Comparison, string>> = {
  values: 'Every value is compared.',
  times: 'Rows with the same time of modification are not compared.',
};

function describeComparison({ comparedFields }: FullSyncPlan): string {
  if (!comparedFields) return '';
  const beside = comparedFields.length > 0 ? `, times and ${counted(comparedFields.length, 'field')}` : ' and times';
  return ` Ids${beside} are exported, and the records that differ are asked for.`;
}

/** A person who asks for a full sync wants the mirror to be right, whatever made it differ. */
function comparisonOf({ options }: WholeReadInput): Comparison {
  return options.compare ?? 'values';
}

/**
 * Plans how to read the module.
 * @param earlier a plan that this one replaces: when the run began, and what it found then, stays
 */
async function makePlan(run: SyncRun, input: WholeReadInput, earlier?: FullSyncPlan): Promise<FullSyncPlan> {
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
    `Reading ${counted(plan.expectedRows, 'row')} of ${input.module}, ${counted(plan.fields, 'field')}. ${plan.reason}. ${COMPARING[compare]}${describeComparison(plan)}`,
  );
  for (const warning of plan.warnings) session.warn(warning);
  return plan;
}

/**
 * Reads every row.
 * @returns the plan that was followed: a field that turns out not to be exportable is left out by a new one
 */
export async function extract(
  run: SyncRun,
  input: WholeReadInput,
  plan: FullSyncPlan,
  round: number,
): Promise<FullSyncPlan> {
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

async function extractInBulk(run: SyncRun, input: WholeReadInput, plan: FullSyncPlan, round: number): Promise<void> {
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
function comparedIn({ comparedFields, idsOnly }: FullSyncPlan, round: number): string[] | undefined {
  if (idsOnly) return [];
  return round === 1 ? comparedFields : undefined;
}

/** @returns why the whole module has to be read instead, or nothing */
async function fetchDifferences(run: SyncRun, plan: FullSyncPlan, round: number): Promise<string> {
  if (!comparedIn(plan, round)) return '';
  const request = { ...run.target, rows: plan.expectedRows };
  const weighed = await run.steps.run(() => weighDifferences(request));
  const { found } = weighed;
  // The module was read whole before its ids alone.
  const tooMany = weighed.tooMany && !plan.idsOnly;
  if (found > 0) await run.steps.run(() => settleDifferences({ ...request, found, tooMany }));
  if (tooMany)
    return `${counted(found, 'record differs', 'records differ')}, and to ask for each would cost more than to read them all.`;
  if (found > 0)
    run.session.note({}, `${counted(found, 'record differed and was', 'records differed and were')} asked for.`);
  return '';
}

async function continueInNewRun(
  run: SyncRun,
  input: WholeReadInput,
  plan: FullSyncPlan,
  position: { round: number; nextPage: number },
): Promise<never> {
  await run.session.record({}, `Page ${position.nextPage} is read in a new run, to keep the history short.`);
  // The new run does not know of a pause.
  await condition(() => allHandlersFinished() && !run.steps.isPaused);
  const state = { sequence: run.session.sequence, plan, ...position, sums: run.sums };
  return continueAsNew<(input: WholeReadInput) => Promise<unknown>>({ ...input, state });
}

async function extractPages(run: SyncRun, plan: FullSyncPlan, round: number, convertedOnly = false): Promise<void> {
  const { convertedLeads, listScan } = fullSyncChunks(round);
  const compared = plan.path === 'list' ? comparedIn(plan, round) : undefined;
  const scan = await run.steps.run(() =>
    readByListPages({
      ...run.target,
      ...(compared && { fields: compared }),
      ...loadOptions(run, plan, round),
      firstChunk: (convertedOnly ? convertedLeads : listScan.lowest).first,
      convertedOnly,
      ...(!convertedOnly && { expectedRows: plan.expectedRows }),
    }),
  );
  run.count(scan);
}

/** The rows that no page of a reading has shown. */
export function unseenIn({ lowWatermark, deletesFollowedUntil }: FullSyncPlan, round: number) {
  return { began: lowWatermark, deletesFollowedUntil, seenIn: fullSyncChunks(round).all };
}

/** The terms of a comparison of every row with the mirror; a read of some fields, or into an empty mirror, is none. */
function comparisonIn(
  { target, repairs }: SyncRun,
  { mirrorWasEmpty, promisedUntil }: FullSyncPlan,
): ComparisonRequest | undefined {
  if (mirrorWasEmpty || target.fields || promisedUntil === undefined) return undefined;
  return { promisedUntil, repairs };
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
    run.steps.run(() => indexMirror({ ...run.target, isFilled: isFirstLoad(plan, round) })),
  ]);
  return caughtUp;
}

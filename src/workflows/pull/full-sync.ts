import { allHandlersFinished, ApplicationFailure, condition, continueAsNew } from '@temporalio/workflow';
import { fullSyncChunks } from '../../domain/runs/chunk-numbers';
import type { FullSyncPlan } from '../../temporal/contract/results';
import type { FullSyncInput, SyncResult } from '../../temporal/contract/sync-messages';
import { finishFullSync, indexMirror, planFullSync, readByListPages } from '../activity-proxies';
import { causeOf, FIELD_REFUSED, isFailure, VERIFICATION_FAILED } from '../run/activity-failures';
import { extractByBulkRead } from './bulk-extraction';
import { catchUp } from './catch-up';
import { agree, describeDifference } from './row-counts';
import { sweep } from './sweep';
import { SyncRun } from './sync-run';

/** Rows that shifted between pages are found by reading again; more than this many times means something is wrong. */
const MAX_ROUNDS = 3;
/** A field that bulk read refuses is left out, and the rest is planned again. */
const MAX_PLANS = 20;

/**
 * Mirrors a whole module: plan, read everything, remove what has vanished, catch up with what changed meanwhile, and
 * only then compare the counts of both sides and call it done. Every step can be repeated without harm.
 */
export async function fullSync(input: FullSyncInput): Promise<SyncResult> {
  const run = new SyncRun(input, `Full sync of ${input.module}`, input.state);
  const story = new FullSync(input, run);
  return run.complete(() => story.tell());
}

class FullSync {
  #plan: FullSyncPlan | undefined;
  readonly #input: FullSyncInput;
  readonly #run: SyncRun;

  constructor(input: FullSyncInput, run: SyncRun) {
    this.#input = input;
    this.#run = run;
    this.#plan = input.state?.plan;
    run.expectedRows = this.#plan?.expectedRows ?? null;
  }

  async tell(): Promise<SyncResult> {
    const run = this.#run;
    const input = this.#input;
    let round = input.state?.round ?? 1;
    let plan = this.#plan ?? (await this.#begin());
    for (; ; round += 1) {
      const chunks = fullSyncChunks(round);
      plan = await this.#extract(plan, round);
      const { deletesFollowedUntil, hasModifiedTime, lowWatermark } = plan;
      if (round > 1 || !plan.mirrorWasEmpty) {
        await sweep(run, { began: lowWatermark, deletesFollowedUntil, chunks: chunks.sweep });
      }
      const [{ counts, completeUntil, deletesUntil }] = await Promise.all([
        catchUp(run, {
          changesSince: lowWatermark,
          deletesSince: lowWatermark,
          hasModifiedTime,
          chunks: chunks.catchUp,
        }),
        run.control.step(() => indexMirror(run.target)),
      ]);
      if (agree(counts)) {
        const sums = await finishFullSync({ ...run.target, path: plan.path, completeUntil, deletesUntil });
        return run.finish(sums, counts, completeUntil);
      }
      const difference = describeDifference(input.module, counts);
      if (round === MAX_ROUNDS) {
        throw ApplicationFailure.nonRetryable(
          `${difference} Reading ${MAX_ROUNDS} times did not settle it: rows are missing.`,
          VERIFICATION_FAILED,
        );
      }
      run.session.warn(`${difference} The module is read once more.`);
    }
  }

  async #begin(): Promise<FullSyncPlan> {
    await this.#run.begin(`Planning the sync of ${this.#input.module}.`);
    return this.#makePlan();
  }

  async #makePlan(): Promise<FullSyncPlan> {
    const { control, session, target } = this.#run;
    const { path } = this.#input.options;
    const fresh = await control.step(() => planFullSync({ ...target, ...(path && { path }) }));
    // A second plan reads differently; when the run began, and what it found then, stays.
    const { lowWatermark, mirrorWasEmpty, deletesFollowedUntil } = this.#plan ?? fresh;
    const plan = { ...fresh, lowWatermark, mirrorWasEmpty, deletesFollowedUntil };
    this.#plan = plan;
    this.#run.expectedRows = plan.expectedRows;
    await session.record(
      {
        phase: 'reading',
        readPath: plan.path,
        expectedRecords: plan.expectedRows,
        totalRecords: plan.expectedRows,
        fromTimestamp: plan.lowWatermark,
        plan,
      },
      `Reading ${plan.expectedRows} rows of ${this.#input.module}, ${plan.fields} fields. ${plan.reason}.`,
    );
    for (const warning of plan.warnings) session.warn(warning);
    return plan;
  }

  /** Reads every row. A field that turns out not to be exportable changes the plan, not the outcome. */
  async #extract(plan: FullSyncPlan, round: number): Promise<FullSyncPlan> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (plan.path === 'bulk') await this.#extractInBulk(plan, round);
        else await this.#extractPages(plan, round);
        return plan;
      } catch (error) {
        if (!isFailure(error, FIELD_REFUSED) || attempt === MAX_PLANS) throw error;
        this.#run.session.warn(`${causeOf(error)?.message ?? ''} Planning again without it.`);
        plan = await this.#makePlan();
      }
    }
  }

  async #extractInBulk(plan: FullSyncPlan, round: number): Promise<void> {
    const run = this.#run;
    const { state, continueAsNewAfterPages } = this.#input;
    const nextPage = await extractByBulkRead(run.control, {
      target: run.target,
      round,
      firstPage: state?.round === round ? state.nextPage : 1,
      expectedRows: plan.expectedRows,
      keepSeenIds: keepsSeenIds(plan, round),
      trackRecords: !plan.mirrorWasEmpty,
      firstLoad: isFirstLoad(plan, round),
      pagesPerRun: continueAsNewAfterPages,
      onLoaded: (chunk) => run.count(chunk),
    });
    if (nextPage !== null) {
      await run.session.record({}, `Page ${nextPage} is read in a new run, to keep the history short.`);
      await condition(allHandlersFinished);
      const { sequence } = run.session;
      const state = { sequence, plan, round, nextPage, sums: run.sums };
      await continueAsNew<typeof fullSync>({ ...this.#input, state });
    }
    if (plan.leavesOutConverted) await this.#extractPages(plan, round, true);
  }

  async #extractPages(plan: FullSyncPlan, round: number, convertedOnly = false): Promise<void> {
    const run = this.#run;
    const { convertedLeads, listScan } = fullSyncChunks(round);
    const walk = await run.control.step(() =>
      readByListPages({
        ...run.target,
        firstChunk: (convertedOnly ? convertedLeads : listScan.lowest).first,
        keepSeenIds: keepsSeenIds(plan, round),
        trackRecords: !plan.mirrorWasEmpty,
        firstLoad: isFirstLoad(plan, round),
        convertedOnly,
        ...(!convertedOnly && { expectedRows: plan.expectedRows }),
      }),
    );
    run.count(walk);
  }
}

function isFirstLoad(plan: FullSyncPlan, round: number): boolean {
  return plan.mirrorWasEmpty && round === 1;
}

/** A first load into an empty mirror needs no list of what it saw, unless it has to be repeated. */
function keepsSeenIds(plan: FullSyncPlan, round: number): boolean {
  return !isFirstLoad(plan, round);
}

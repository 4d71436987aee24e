import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  rootCause,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { sweepNeedsApproval } from '../domain/sweep-brake';
import type { FullSyncPlan, RowCounts, SessionSums, SyncTarget } from '../activities';
import {
  countBothSides,
  countSweepCandidates,
  finishFullSync,
  indexMirror,
  planFullSync,
  readByListPages,
  readChanges,
  readDeletes,
  sweepUnseenRows,
} from './activity-proxies';
import { extractByBulkRead } from './bulk-extraction';
import { causeOf, FIELD_REFUSED, isFailure, SESSION_ENDED, VERIFICATION_FAILED } from './failure-types';
import {
  approveSweepSignal,
  approveSweepUpdate,
  progressQuery,
  type FullSyncInput,
  type FullSyncResult,
  type OperatorCommand,
} from './messages';
import { RunControl } from './run-control';
import { SessionRecorder } from './session-recorder';

/** Rows that shifted between pages are found by reading again; more than this many times means something is wrong. */
const MOST_ROUNDS = 3;
/** Catching up with an org that changes while it is counted. */
const MOST_CATCH_UPS = 6;
/** A field that bulk read refuses is left out, and the rest is planned again. */
const MOST_PLANS = 20;

/** Number ranges that keep the pieces of a round's work apart, in chunks and in record statuses. */
const CHUNKS_PER_ROUND = 10_000_000;
const CONVERTED_CHUNKS = 500_000;
const CATCH_UP_CHUNKS = 1_000_000;
const SWEEP_CHUNKS = 9_000_000;
const FIRST_DELETE_SEQUENCE = 1_000_000_000;
const DELETE_SEQUENCES_PER_STEP = 100_000;

/**
 * Mirrors a whole module: plan, read everything, remove what has vanished, catch up with what changed meanwhile, and
 * only then compare the counts of both sides and call it done. Every step can be repeated without harm.
 */
export async function fullSync(input: FullSyncInput): Promise<FullSyncResult> {
  const session = new SessionRecorder(input.sessionId, `Full sync of ${input.module}`, input.state?.sequence ?? 0);
  const run = new FullSync(input, session, new RunControl(session));
  try {
    return await run.execute();
  } catch (error) {
    if (isCancellation(error)) {
      await session.record({ status: 'cancelled', phase: 'cancelled' }, 'Cancelled.');
      throw error;
    }
    if (error instanceof ContinueAsNew || isFailure(error, SESSION_ENDED)) throw error;
    const cause = causeOf(error);
    const message = rootCause(error) ?? 'The sync failed.';
    await session.fail({ message, type: cause?.type ?? 'unknown' });
    throw ApplicationFailure.create({ message, type: cause?.type ?? 'unknown', nonRetryable: true });
  }
}

class FullSync {
  private readonly target: SyncTarget;
  private plan: FullSyncPlan | undefined;
  private readonly sums: SessionSums;
  private deleted = 0;
  private deleteSteps = 0;
  private sweepApproved: boolean;
  private approvedBy = 'the request itself';
  private waitingFor: string | null = null;

  constructor(
    private readonly input: FullSyncInput,
    private readonly session: SessionRecorder,
    private readonly control: RunControl,
  ) {
    const { sessionId, connectionId, module, options } = input;
    this.target = { sessionId, connectionId, module, ...(options.fields && { fields: options.fields }) };
    this.sweepApproved = options.allowMassDelete ?? false;
    this.plan = input.state?.plan;
    this.sums = input.state?.sums ?? { read: 0, created: 0, updated: 0, unchanged: 0, failed: 0 };
    const approve = async (command?: OperatorCommand) => {
      this.sweepApproved = true;
      this.approvedBy = command?.by ?? 'the Temporal UI';
      await condition(() => this.waitingFor === null);
      return this.session.status;
    };
    setHandler(approveSweepUpdate, (command: OperatorCommand) => approve(command), {
      validator: (_command: OperatorCommand) => {
        if (this.waitingFor === null) throw new Error('No sweep is waiting for approval.');
      },
    });
    setHandler(approveSweepSignal, async (command) => void (await approve(command)));
    setHandler(progressQuery, () => ({
      status: this.session.status,
      phase: this.session.phase,
      expectedRows: this.plan?.expectedRows ?? null,
      rowsRead: this.sums.read,
      waitingFor: this.waitingFor,
    }));
  }

  async execute(): Promise<FullSyncResult> {
    let round = this.input.state?.round ?? 1;
    let plan = this.plan ?? (await this.begin());
    for (; ; round += 1) {
      plan = await this.extract(plan, round);
      if (round > 1 || !plan.mirrorWasEmpty) await this.sweep(plan, round);
      const [caughtUp] = await Promise.all([
        this.catchUp(plan, round),
        this.control.step(() => indexMirror(this.target)),
      ]);
      if (agree(caughtUp.counts)) return this.finish(plan, caughtUp);
      const difference = describeDifference(this.input.module, caughtUp.counts);
      if (round === MOST_ROUNDS) {
        throw ApplicationFailure.nonRetryable(
          `${difference} Reading ${MOST_ROUNDS} times did not settle it: rows are missing.`,
          VERIFICATION_FAILED,
        );
      }
      this.session.warn(`${difference} The module is read once more.`);
    }
  }

  private async begin(): Promise<FullSyncPlan> {
    const { firstExecutionRunId, workflowId } = workflowInfo();
    await this.session.record(
      { status: 'in_progress', phase: 'planning', workflowId, firstExecutionRunId },
      `Planning the sync of ${this.input.module}.`,
    );
    return this.makePlan();
  }

  private async makePlan(): Promise<FullSyncPlan> {
    const { path } = this.input.options;
    const fresh = await this.control.step(() => planFullSync({ ...this.target, ...(path && { path }) }));
    // A second plan reads differently; when the run began, and what it found then, stays.
    const { lowWatermark, mirrorWasEmpty, deletesFollowedUntil } = this.plan ?? fresh;
    const plan = { ...fresh, lowWatermark, mirrorWasEmpty, deletesFollowedUntil };
    this.plan = plan;
    await this.session.record(
      {
        phase: 'reading',
        readPath: plan.path,
        expectedRecords: plan.expectedRows,
        totalRecords: plan.expectedRows,
        fromTimestamp: plan.lowWatermark,
        plan,
      },
      `Reading ${plan.expectedRows} rows of ${this.input.module}, ${plan.fields} fields. ${plan.reason}.`,
    );
    for (const warning of plan.warnings) this.session.warn(warning);
    return plan;
  }

  /** Reads every row. A field that turns out not to be exportable changes the plan, not the outcome. */
  private async extract(plan: FullSyncPlan, round: number): Promise<FullSyncPlan> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (plan.path === 'bulk') await this.extractInBulk(plan, round);
        else await this.extractPages(plan, round);
        return plan;
      } catch (error) {
        if (!isFailure(error, FIELD_REFUSED) || attempt === MOST_PLANS) throw error;
        this.session.warn(`${causeOf(error)?.message ?? ''} Planning again without it.`);
        plan = await this.makePlan();
      }
    }
  }

  private async extractInBulk(plan: FullSyncPlan, round: number): Promise<void> {
    const { state, continueAsNewAfterPages } = this.input;
    const nextPage = await extractByBulkRead(this.control, {
      target: this.target,
      round,
      firstPage: state?.round === round ? state.nextPage : 1,
      expectedRows: plan.expectedRows,
      firstChunk: round * CHUNKS_PER_ROUND,
      keepSeenIds: this.keepsSeenIds(plan, round),
      trackRecords: !plan.mirrorWasEmpty,
      pagesPerRun: continueAsNewAfterPages,
      onLoaded: (chunk) => this.count(chunk),
    });
    if (nextPage !== null) {
      await this.session.record({}, `Page ${nextPage} is read in a new run, to keep the history short.`);
      await condition(allHandlersFinished);
      const { sequence } = this.session;
      const state = { sequence, plan, round, nextPage, sums: this.sums };
      await continueAsNew<typeof fullSync>({ ...this.input, state });
    }
    if (plan.leavesOutConverted) await this.extractPages(plan, round, true);
  }

  private async extractPages(plan: FullSyncPlan, round: number, convertedOnly = false): Promise<void> {
    const walk = await this.control.step(() =>
      readByListPages({
        ...this.target,
        firstChunk: round * CHUNKS_PER_ROUND + (convertedOnly ? CONVERTED_CHUNKS : 0),
        keepSeenIds: this.keepsSeenIds(plan, round),
        trackRecords: !plan.mirrorWasEmpty,
        firstLoad: plan.mirrorWasEmpty && round === 1,
        convertedOnly,
        ...(!convertedOnly && { expectedRows: plan.expectedRows }),
      }),
    );
    this.count(walk);
  }

  /** A first load into an empty mirror needs no list of what it saw, unless it has to be repeated. */
  private keepsSeenIds(plan: FullSyncPlan, round: number): boolean {
    return round > 1 || !plan.mirrorWasEmpty;
  }

  private async sweep(plan: FullSyncPlan, round: number): Promise<void> {
    this.session.note({ phase: 'sweeping' });
    const request = { ...this.target, began: plan.lowWatermark };
    const { candidates, mirrorRows } = await this.control.step(() => countSweepCandidates(request));
    if (candidates === 0) return;
    if (!this.sweepApproved && sweepNeedsApproval(candidates, mirrorRows, this.input.options.massDeletePercent)) {
      await this.waitForApproval(candidates, mirrorRows);
    }
    const { buried } = await this.control.step(() =>
      sweepUnseenRows({
        ...request,
        deletesFollowedUntil: plan.deletesFollowedUntil,
        sequence: this.nextDeleteSequence(),
        firstChunk: round * CHUNKS_PER_ROUND + SWEEP_CHUNKS,
      }),
    );
    this.deleted += buried;
    await this.session.record(
      {},
      `${candidates} rows were not among what Zoho returned; ${buried} of them are gone and left the mirror.`,
    );
  }

  private async waitForApproval(candidates: number, mirrorRows: number): Promise<void> {
    this.waitingFor = `Zoho no longer returns ${candidates} of the ${mirrorRows} rows in the mirror of ${this.input.module}. Approve the sweep to remove them, or cancel the session.`;
    await this.session.record({ status: 'paused', pauseReason: this.waitingFor }, this.waitingFor, 'WARNING');
    await condition(() => this.sweepApproved);
    await this.session.record(
      { status: 'in_progress', pauseReason: null },
      `The sweep was approved by ${this.approvedBy}.`,
    );
    this.waitingFor = null;
  }

  /**
   * Reads what changed and was deleted since the run began, until both sides count the same or nothing moves any more.
   */
  private async catchUp(plan: FullSyncPlan, round: number): Promise<CaughtUp> {
    this.session.note({ phase: 'catching up' });
    let since = plan.lowWatermark;
    for (let pass = 1; ; pass += 1) {
      const from = since;
      const [changes, deletes] = await Promise.all([
        plan.hasModifiedTime
          ? this.control.step(() =>
              readChanges({
                ...this.target,
                since: from,
                firstChunk: round * CHUNKS_PER_ROUND + pass * CATCH_UP_CHUNKS,
                trackRecords: true,
              }),
            )
          : undefined,
        this.followDeletes(from),
      ]);
      this.deleted += deletes.buried;
      const counts = await this.control.step(() => countBothSides(this.target));
      const moved = (changes?.created ?? 0) + (changes?.updated ?? 0) + deletes.buried > 0;
      since = changes?.lastAnswer ?? since;
      if (agree(counts) || (pass > 1 && !moved) || pass === MOST_CATCH_UPS) {
        return { counts, completeUntil: since, deletesUntil: deletes.until };
      }
    }
  }

  private async followDeletes(since: string): Promise<Awaited<ReturnType<typeof readDeletes>>> {
    const percent = this.input.options.massDeletePercent;
    const request = { ...this.target, since, sequence: this.nextDeleteSequence(), ...(percent && { percent }) };
    const found = await this.control.step(() => readDeletes({ ...request, approved: this.sweepApproved }));
    if (!found.heldBack) return found;
    await this.waitForApproval(found.heldBack, found.mirrorRows);
    return this.control.step(() => readDeletes({ ...request, approved: true }));
  }

  private async finish(
    { path }: FullSyncPlan,
    { counts, completeUntil, deletesUntil }: CaughtUp,
  ): Promise<FullSyncResult> {
    const sums = await finishFullSync({ ...this.target, path, completeUntil, deletesUntil });
    const result: FullSyncResult = {
      status: 'completed',
      ...sums,
      failed: counts.quarantinedRows,
      deleted: this.deleted,
      zohoRows: counts.zohoRows,
      mirrorRows: counts.mirrorRows,
    };
    await this.session.record(
      {
        ...progressPatch(sums),
        failedRecords: counts.quarantinedRows,
        status: 'completed',
        phase: 'completed',
        toTimestamp: completeUntil,
        result,
      },
      `Verified: Zoho and the mirror both count ${counts.zohoRows} rows of ${this.input.module}${counts.quarantinedRows > 0 ? `, ${counts.quarantinedRows} of them in quarantine` : ''}.`,
      counts.quarantinedRows > 0 ? 'WARNING' : 'INFO',
    );
    return result;
  }

  private count(loaded: SessionSums): void {
    for (const key of ['read', 'created', 'updated', 'unchanged', 'failed'] as const) this.sums[key] += loaded[key];
    this.session.note(progressPatch(this.sums));
  }

  private nextDeleteSequence(): number {
    this.deleteSteps += 1;
    return FIRST_DELETE_SEQUENCE + this.deleteSteps * DELETE_SEQUENCES_PER_STEP;
  }
}

interface CaughtUp {
  counts: RowCounts;
  completeUntil: string;
  deletesUntil: string;
}

function progressPatch(sums: SessionSums) {
  return {
    processedRecords: sums.read,
    successfulRecords: sums.created + sums.updated,
    skippedRecords: sums.unchanged,
    failedRecords: sums.failed,
  };
}

function agree({ zohoRows, mirrorRows, unmirroredRows }: RowCounts): boolean {
  return zohoRows === mirrorRows + unmirroredRows;
}

function describeDifference(module: string, { zohoRows, mirrorRows, unmirroredRows }: RowCounts): string {
  const quarantined = unmirroredRows > 0 ? ` and ${unmirroredRows} are in quarantine only` : '';
  return `Zoho counts ${zohoRows} rows of ${module}, the mirror has ${mirrorRows}${quarantined}.`;
}

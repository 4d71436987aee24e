import { ContinueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { counted } from '../../domain/counted';
import { deleteSequence } from '../../domain/runs/chunk-numbers';
import { sessionRun, type SessionPatch } from '../../domain/runs/run';
import { statusOf } from '../../domain/runs/run-holds';
import type { SessionSums } from '../../temporal/contract/results';
import {
  progressQuery,
  type OpenedInput,
  type RemovalOptions,
  type SyncInput,
  type SyncResult,
} from '../../temporal/contract/sync-messages';
import type { SyncTarget } from '../../temporal/contract/targets';
import { endRun } from '../run/end-run';
import { RunMessages } from '../run/run-messages';
import { RunRecorder } from '../run/run-recorder';
import { RunSteps } from '../run/run-steps';
import { describeVerification, type Checked } from './quarantine';

/** State that a run hands to the next one of its chain. */
interface Inheritance {
  sequence: number;
  sums: SessionSums;
}

/**
 * Parts of every sync of a module: its session, its commands and its sums. Made before
 * anything is awaited, since it answers messages from then on.
 */
export class SyncRun {
  readonly target: SyncTarget;
  readonly session: RunRecorder<SessionPatch>;
  readonly steps: RunSteps;
  /** Limit of rows that may leave without a person's approval. */
  readonly removal: RemovalOptions;
  readonly sums: SessionSums;
  /** Whether what differs is written into the mirror. */
  readonly repairs: boolean;
  expectedRows: number | null = null;
  /** Rows that have left the mirror. */
  deleted = 0;
  #deleteSteps = 0;
  #hasHeld = false;
  readonly #counted = new Set<number>();

  /**
   * @param title what the Temporal UI shows the run under
   * @param repairs false for a run that only looks
   */
  constructor(input: SyncInput & OpenedInput, title: string, inherited?: Inheritance, repairs = true) {
    this.repairs = repairs;
    const { sessionId, connectionId, module, options } = input;
    this.target = { sessionId, connectionId, module, ...(options.fields && { fields: options.fields }) };
    this.sums = inherited?.sums ?? { read: 0, created: 0, updated: 0, unchanged: 0, failed: 0 };
    const messages = new RunMessages(sessionRun(sessionId));
    this.session = new RunRecorder(sessionRun(sessionId), title, inherited?.sequence);
    this.steps = new RunSteps(this.session, messages);
    this.removal = removalOf(options);
    setHandler(progressQuery, () => ({
      status: this.session.status,
      phase: this.session.phase,
      expectedRows: this.expectedRows,
      rowsRead: this.sums.read,
      waitingFor: this.steps.holds.pause,
    }));
  }

  /**
   * Result of the run's work; its session ends as the workflow does.
   * @throws ApplicationFailure with the type of what went wrong; cancellations and continue-as-new pass through
   */
  async complete<T>(work: () => Promise<T>): Promise<T> {
    return endRun(work, {
      otherwise: 'The sync failed.',
      cancelled: () => this.session.record({ status: 'cancelled', phase: 'cancelled' }, 'Cancelled.'),
      failed: (failure) => this.session.fail(failure),
      passesThrough: (error) => error instanceof ContinueAsNew,
    });
  }

  /** Takes over the module's name as Zoho has it: from then on calls are made under it. */
  follow({ module }: { module?: string }): void {
    if (module !== undefined) this.target.module = module;
  }

  /** Records that the run is at work. */
  async begin(message: string): Promise<void> {
    const { firstExecutionRunId, workflowId } = workflowInfo();
    const begun = { ...statusOf(this.steps.holds), phase: 'planning', workflowId, firstExecutionRunId };
    await this.session.record(begun, message);
  }

  /**
   * Adds what a piece of work has loaded.
   * @param chunk number of its chunk, if it may be told more than once; it is counted once
   */
  count(loaded: SessionSums, chunk?: number): void {
    const isCounted = chunk !== undefined && this.#counted.has(chunk);
    if (chunk !== undefined) this.#counted.add(chunk);
    if (!isCounted)
      for (const key of ['read', 'created', 'updated', 'unchanged', 'failed'] as const) this.sums[key] += loaded[key];
    this.session.note(progressPatch(this.sums));
  }

  /**
   * Notes that rows stay until a person decides.
   * @param awaitingApproval number of records that Zoho does not have
   */
  hold(awaitingApproval: number): void {
    this.#hasHeld = true;
    this.session.warn(
      `Zoho no longer has ${counted(awaitingApproval, 'record that is', 'records that are')} in the mirror of ${this.target.module}. So many at once may be a lost permission: they stay until somebody decides (pulse approvals list).`,
    );
  }

  nextDeleteSequence(): number {
    this.#deleteSteps += 1;
    return deleteSequence(this.#deleteSteps);
  }

  /**
   * Ends the session as completed, with a warning where the counts leave something unexplained.
   * @param sums of the whole session, as its chunks tell them
   * @param completeUntil Zoho's time up to which the mirror is complete; ISO 8601
   * @param compared how a full sync compared its rows, and what it found
   */
  async finish(
    sums: SessionSums,
    { verification, counts, quarantinedRows = counts?.quarantinedRows ?? 0 }: Checked,
    completeUntil: string,
    compared: Pick<SyncResult, 'compared' | 'findings'> = {},
  ): Promise<SyncResult> {
    const isHeld = this.#hasHeld || (counts?.heldRows ?? 0) > 0;
    const isUnexplained = verification.kind === 'counts' && verification.outcome === 'unexplained';
    const result: SyncResult = {
      status: 'completed',
      ...sums,
      failed: quarantinedRows,
      deleted: this.deleted,
      ...(counts && { zohoRows: counts.zohoRows, mirrorRows: counts.mirrorRows }),
      ...compared,
    };
    await this.session.record(
      {
        ...progressPatch(sums),
        failedRecords: quarantinedRows,
        status: 'completed',
        phase: 'completed',
        toTimestamp: completeUntil,
        result,
        verification,
      },
      describeVerification(this.target.module, { verification, counts, quarantinedRows }, compared.findings),
      quarantinedRows > 0 || isHeld || isUnexplained || compared.findings?.failed ? 'WARNING' : 'INFO',
    );
    return result;
  }
}

function removalOf({ allowMassDelete, massDeletePercent }: RemovalOptions): RemovalOptions {
  return {
    ...(allowMassDelete !== undefined && { allowMassDelete }),
    ...(massDeletePercent !== undefined && { massDeletePercent }),
  };
}

function progressPatch(sums: SessionSums) {
  return {
    processedRecords: sums.read,
    successfulRecords: sums.created + sums.updated,
    skippedRecords: sums.unchanged,
    failedRecords: sums.failed,
  };
}

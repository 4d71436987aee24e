import {
  type ApplicationFailure,
  CancellationScope,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { LogLevel, RunStatus } from '../../domain/runs/enums';
import { goesOn, type RunLogData, type RunPatch, type RunRef, type RunUpdate } from '../../domain/runs/run';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import { SyncStatus } from '../../temporal/search-attributes';
import { recordBulkOperation, recordProgress } from '../activity-proxies';

/** The activities keep the names under which histories know them. */
const WRITERS = { session: recordProgress, operation: recordBulkOperation } as const;

/**
 * Only writer of a run's row. Every step gets the next sequence number, so that a repeated or late write is harmless,
 * and is shown in the Temporal UI as well.
 */
export class RunRecorder<Patch extends RunPatch = RunPatch> {
  status: RunStatus = 'initiated';
  phase = 'starting';
  /** The last sequence number used; carried through continue-as-new. */
  sequence: number;
  #written: Promise<void> = Promise.resolve();
  readonly #run: RunRef;
  readonly #title: string;

  /** @param title what the Temporal UI shows the run under */
  constructor(run: RunRef, title: string, sequence = 0) {
    this.#run = run;
    this.#title = title;
    this.sequence = sequence;
  }

  /**
   * Writes a step and waits until it is written, all earlier ones included. It is written even while the run is being
   * cancelled.
   * @throws session.ended when somebody else has ended the run: an operator or the reconciler closed it.
   */
  async record(patch: Patch | RunPatch, message?: string, level: LogLevel = 'INFO', data?: RunLogData): Promise<void> {
    this.note(patch, message, level, data);
    await this.#written;
  }

  /** Writes a step behind the earlier ones without keeping the run waiting; the next `record` throws what goes wrong. */
  note(patch: Patch | RunPatch, message?: string, level: LogLevel = 'INFO', data?: RunLogData): void {
    if (patch.status !== undefined && patch.status !== this.status) {
      this.status = patch.status;
      upsertSearchAttributes([{ key: SyncStatus, value: patch.status }]);
    }
    if (typeof patch.phase === 'string') this.phase = patch.phase;
    this.sequence += 1;
    setCurrentDetails(this.#describe(message));
    const update: RunUpdate = {
      run: this.#run,
      reportedBy: workflowInfo().firstExecutionRunId,
      sequence: this.sequence,
      patch,
      ...(message !== undefined && {
        logs: [
          {
            level,
            component: workflowInfo().workflowType,
            message,
            at: new Date().toISOString(),
            ...(data && { data }),
          },
        ],
      }),
    };
    this.#written = this.#written.then(() => this.#write(update));
    this.#written.catch(() => undefined);
  }

  async #write(update: RunUpdate): Promise<void> {
    const answer = await CancellationScope.nonCancellable(() => WRITERS[this.#run.kind](update));
    if (!goesOn(answer)) throw permanentFailure(FAILURES.run.ended, `The ${this.#run.kind} has ended already.`);
  }

  warn(message: string): void {
    this.note({}, message, 'WARNING');
  }

  async fail(failure: Pick<ApplicationFailure, 'message' | 'type'>): Promise<void> {
    const patch: RunPatch = { status: 'failed', errorMessage: failure.message };
    await this.record(patch, failure.message, 'ERROR', { type: failure.type });
  }

  #describe(message: string | undefined): string {
    return `**${this.#title}: ${this.status.replace('_', ' ')}** (${this.phase})\n\n${message ?? ''}`;
  }
}

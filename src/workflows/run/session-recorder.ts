import {
  ApplicationFailure,
  CancellationScope,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { SessionUpdate } from '../../activities';
import type { LogLevel, RunStatus } from '../../domain/runs/enums';
import { SyncStatus } from '../../temporal/search-attributes';
import { recordProgress } from '../activity-proxies';
import { SESSION_ENDED } from './activity-failures';

type Patch = SessionUpdate['patch'];

/**
 * The only writer of a session's row. Every step gets the next sequence number, so that a repeated or late write is
 * harmless, and is shown in the Temporal UI as well.
 */
export class SessionRecorder {
  status: RunStatus = 'initiated';
  phase = 'starting';
  #written: Promise<void> = Promise.resolve();
  readonly #sessionId: string;
  readonly #title: string;
  sequence: number;
  readonly #writeStep: (update: SessionUpdate) => Promise<boolean>;

  constructor(
    sessionId: string,
    title: string,
    /** The last sequence number used; carried through continue-as-new. */
    sequence: number,
    /** The activity that writes a step; sessions and operations have tables of their own. */
    writeStep: (update: SessionUpdate) => Promise<boolean> = recordProgress,
  ) {
    this.#sessionId = sessionId;
    this.#title = title;
    this.sequence = sequence;
    this.#writeStep = writeStep;
  }

  /**
   * Writes a step and waits until it is written, all earlier ones included. It is written even while the run is being
   * cancelled.
   * @throws session.ended when the session is over already: an operator or the reconciler has closed it.
   */
  async record(patch: Patch, message?: string, level: LogLevel = 'INFO', data?: object): Promise<void> {
    this.note(patch, message, level, data);
    await this.#written;
  }

  /** Writes a step behind the earlier ones without keeping the run waiting; the next `record` meets what goes wrong. */
  note(patch: Patch, message?: string, level: LogLevel = 'INFO', data?: object): void {
    if (patch.status !== undefined && patch.status !== this.status) {
      this.status = patch.status;
      upsertSearchAttributes([{ key: SyncStatus, value: patch.status }]);
    }
    if (typeof patch.phase === 'string') this.phase = patch.phase;
    this.sequence += 1;
    setCurrentDetails(this.#describe(message));
    const update: SessionUpdate = {
      sessionId: this.#sessionId,
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

  async #write(update: SessionUpdate): Promise<void> {
    const applied = await CancellationScope.nonCancellable(() => this.#writeStep(update));
    if (!applied) throw ApplicationFailure.nonRetryable('The session has ended already.', SESSION_ENDED);
  }

  warn(message: string): void {
    this.note({}, message, 'WARNING');
  }

  async fail(failure: Pick<ApplicationFailure, 'message' | 'type'>): Promise<void> {
    const patch: Patch = { status: 'failed', errorMessage: failure.message };
    await this.record(patch, failure.message, 'ERROR', { type: failure.type });
  }

  #describe(message: string | undefined): string {
    return `**${this.#title}: ${this.status.replace('_', ' ')}** (${this.phase})\n\n${message ?? ''}`;
  }
}

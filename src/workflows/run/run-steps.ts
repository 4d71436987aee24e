import {
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  patched,
  setHandler,
} from '@temporalio/workflow';
import { isFinal, type RunStatus } from '../../domain/runs/enums';
import type { OperatorCommand } from '../../domain/runs/operator-command';
import { statusOf, type RunHolds } from '../../domain/runs/run-holds';
import { isCutShort, nextStepState, type StepEvent, type StepState } from '../../domain/runs/step-states';
import { pauseSignal, pauseUpdate, resumeSignal, resumeUpdate } from '../../temporal/contract/sync-messages';
import { howAttemptEnded } from './activity-failures';
import type { RunMessages } from './run-messages';

/** Runs that began before this patch ended when a step stopped after its pause was taken back, or failed meanwhile. */
const CUT_SHORT_RUNS_AGAIN = 'cut-short-steps-run-again';

/** Status of the run, and the way to record it. */
export interface PausableRun {
  readonly status: RunStatus;
  record(patch: { status: RunStatus; pauseReason: string | null }, message: string): Promise<void>;
}

interface Step {
  state: StepState;
  attempt?: CancellationScope;
  /** Whether the attempt has been asked to stop by a pause. */
  wasPaused?: boolean;
  /** Set for a step that `hint` addresses. */
  awaited: string | number | undefined;
}

/**
 * Pause and resume of a run whose work is a row of idempotent steps. Pausing stops the step in flight at its next safe
 * point; resuming runs it again, and what it had committed is not done twice.
 */
export class RunSteps {
  /** Reason for which the run stands still. */
  readonly holds: RunHolds = { pause: null };
  readonly #steps = new Set<Step>();
  readonly #attempts = new Set<CancellationScope>();
  /** Cancelled when Temporal cancels the workflow. */
  readonly #root = CancellationScope.current();
  readonly #session: PausableRun;

  constructor(session: PausableRun, messages: RunMessages) {
    this.#session = session;
    const pause = (command: OperatorCommand) => this.#pause(command);
    const resume = (command: OperatorCommand) => this.#resume(command);
    setHandler(pauseUpdate, (payload) => messages.update('pause', payload, pause));
    setHandler(resumeUpdate, (payload) => messages.update('resume', payload, resume));
    setHandler(pauseSignal, (payload) => messages.signal('pause', payload, pause));
    setHandler(resumeSignal, (payload) => messages.signal('resume', payload, resume));
  }

  get isPaused(): boolean {
    return this.holds.pause !== null;
  }

  /**
   * Runs one step, again after each pause that stopped it. A cancellation of the workflow ends it for good. One method
   * without helpers to await: each would let other work of the run go first, and change the order of its commands.
   * @param awaited name under which `hint` lets a step that waits ask again
   */
  async run<T>(work: () => Promise<T>, awaited?: string | number): Promise<T> {
    const step: Step = { state: this.isPaused ? 'held' : 'working', awaited };
    this.#steps.add(step);
    try {
      for (;;) {
        await condition(() => step.state === 'working');
        const attempt = this.#beginAttempt(step);
        try {
          return await attempt.run(work);
        } catch (error) {
          this.#endAttempt(step, error);
        } finally {
          this.#attempts.delete(attempt);
        }
      }
    } finally {
      this.#steps.delete(step);
    }
  }

  /** Lets the steps that wait for something ask again, at once. */
  hint(awaited: string | number): void {
    for (const step of this.#steps) if (step.awaited === awaited) this.#move(step, 'hint');
  }

  #beginAttempt(step: Step): CancellationScope {
    const attempt = new CancellationScope();
    step.attempt = attempt;
    step.wasPaused = false;
    this.#attempts.add(attempt);
    return attempt;
  }

  /** @throws the failure of an attempt that is not made again */
  #endAttempt(step: Step, error: unknown): void {
    if (this.#root.consideredCancelled) this.#move(step, 'cancel');
    const { state, wasPaused } = step;
    this.#move(step, howAttemptEnded(error));
    if (step.state === 'failed') throw error;
    if (step.state === 'cancelled') throw isCancellation(error) ? error : new CancelledFailure('Cancelled.');
    const ranAgainAlways = isCancellation(error) && (state === 'stopping' || !wasPaused);
    if (!ranAgainAlways && !patched(CUT_SHORT_RUNS_AGAIN)) throw error;
  }

  #move(step: Step, event: StepEvent): void {
    const before = step.state;
    step.state = nextStepState(before, event);
    if (step.state === 'stopping') step.wasPaused = true;
    if (before === 'working' && isCutShort(step.state)) step.attempt?.cancel();
  }

  async #pause({ by, reason = 'paused by an operator' }: OperatorCommand): Promise<RunStatus> {
    if (!this.isPaused && !isFinal(this.#session.status)) {
      this.holds.pause = reason;
      const attempts = [...this.#attempts];
      for (const step of this.#steps) this.#move(step, 'pause');
      await condition(() => !attempts.some((attempt) => this.#attempts.has(attempt)));
      // Somebody may have resumed while the last step was stopping, or the run may have ended with it.
      if (this.isPaused) await this.#record(`Paused by ${by}: ${reason}`);
    }
    return this.#session.status;
  }

  async #resume({ by }: OperatorCommand): Promise<RunStatus> {
    if (this.isPaused) {
      this.holds.pause = null;
      for (const step of this.#steps) this.#move(step, 'resume');
      await this.#record(`Resumed by ${by}.`);
    }
    return this.#session.status;
  }

  async #record(message: string): Promise<void> {
    if (!isFinal(this.#session.status)) await this.#session.record(statusOf(this.holds), message);
  }
}

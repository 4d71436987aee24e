import { CancellationScope, condition, isCancellation, setHandler } from '@temporalio/workflow';
import type { RunStatus } from '../../domain/runs/enums';
import { desiredState } from '../../domain/runs/requested-state';
import {
  pauseSignal,
  pauseUpdate,
  resumeSignal,
  resumeUpdate,
  type OperatorCommand,
} from '../../temporal/contract/sync-messages';

/** Status of the run, and the way to record it. */
export interface PausableRun {
  readonly status: RunStatus;
  record(patch: { status: RunStatus; pauseReason: string | null }, message: string): Promise<void>;
}

/**
 * Pause and resume of a run whose work is a row of idempotent steps. Pausing stops the step in flight at its next safe
 * point; resuming runs it again, and what it had committed is not done twice.
 */
export class RunSteps {
  #paused = false;
  readonly #inFlight = new Set<CancellationScope>();
  /** Cancelled when Temporal cancels the workflow. */
  readonly #root = CancellationScope.current();
  readonly #session: PausableRun;

  constructor(session: PausableRun) {
    this.#session = session;
    setHandler(pauseUpdate, (command) => this.#pause(command));
    setHandler(resumeUpdate, (command) => this.#resume(command));
    setHandler(pauseSignal, async (command) => void (await this.#pause(command)));
    setHandler(resumeSignal, async (command) => void (await this.#resume(command)));
  }

  /** Runs one step, again after each pause that stopped it. A cancellation of the workflow ends it for good. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      await condition(() => this.#desired() === 'run');
      const scope = new CancellationScope();
      this.#inFlight.add(scope);
      try {
        return await scope.run(work);
      } catch (error) {
        if (!isCancellation(error) || this.#desired() !== 'pause') throw error;
      } finally {
        this.#inFlight.delete(scope);
      }
    }
  }

  #desired() {
    return desiredState({ cancelled: this.#root.consideredCancelled, paused: this.#paused });
  }

  async #pause(command: OperatorCommand | undefined): Promise<RunStatus> {
    if (!this.#paused) {
      this.#paused = true;
      for (const scope of this.#inFlight) scope.cancel();
      await condition(() => this.#inFlight.size === 0);
      // Somebody may have resumed while the last step was stopping.
      if (this.#paused) {
        const reason = command?.reason ?? 'paused by an operator';
        await this.#session.record(
          { status: 'paused', pauseReason: reason },
          `Paused by ${command?.by ?? 'the Temporal UI'}: ${reason}`,
        );
      }
    }
    return this.#session.status;
  }

  async #resume(command: OperatorCommand | undefined): Promise<RunStatus> {
    if (this.#paused) {
      this.#paused = false;
      await this.#session.record(
        { status: 'in_progress', pauseReason: null },
        `Resumed by ${command?.by ?? 'the Temporal UI'}.`,
      );
    }
    return this.#session.status;
  }
}

import { killNow } from '../dev/processes/end-process';
import { startProcess, type ManagedProcess, type ProcessSpec } from '../dev/processes/managed-process';

/** Steps to undo what a benchmark set up, run in reverse order. */
export class CleanUp {
  readonly #steps: (() => unknown)[] = [];
  readonly #signal: AbortSignal;

  /** @param signal stops a process that is still starting */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  later(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Starts a process that is stopped by the clean-up, or killed if this process exits before. */
  async start(spec: ProcessSpec): Promise<ManagedProcess> {
    let kill = (): void => undefined;
    const running = await startProcess(spec, {
      signal: this.#signal,
      onSpawn: (identity) => {
        kill = () => killNow(identity);
        process.once('exit', kill);
      },
    }).catch((error: unknown) => {
      process.off('exit', kill);
      throw error;
    });
    this.later(async () => {
      await running.stop();
      process.off('exit', kill);
    });
    return running;
  }

  /**
   * Runs every step, even after one has failed.
   * @throws AggregateError of the failures
   */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `Cleaning up failed: ${failures.join('; ')}`);
  }
}

import { killNow } from './end-process';
import { startProcess, type ManagedProcess, type ProcessSpec } from './managed-process';
import type { RunningChild } from './run-file';

export interface SupervisorOptions {
  readonly report: (line: string) => void;
  /** Called at every spawn, including restarts. */
  readonly onSpawn?: (child: RunningChild) => void;
  /** Pause before the first restart; doubles with each short life. */
  readonly firstPauseMs?: number;
}

const MAX_PAUSE_MS = 15_000;
/** Lifetime in milliseconds after which a process counts as healthy and its restarts start over. */
const LONG_LIFE_MS = 30_000;
const MAX_SHORT_LIVES = 6;

interface Part {
  readonly spec: ProcessSpec;
  process?: ManagedProcess;
}

/** Starts processes one after the other, restarts those that crash, and stops them in reverse order. */
export class Supervisor {
  /** Rejects when a process keeps crashing and is given up. */
  readonly failed: Promise<never>;
  readonly #options: SupervisorOptions;
  readonly #parts: Part[] = [];
  readonly #children = new Map<string, RunningChild>();
  readonly #starting = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #fail!: (error: Error) => void;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    this.failed.catch(() => undefined);
  }

  /** Starts a process and restarts it whenever it ends. @throws Error when it does not become ready */
  async start(spec: ProcessSpec): Promise<void> {
    const part: Part = { spec };
    this.#parts.push(part);
    await this.#startTracked(part);
    void this.#lookAfter(part);
  }

  /** Stops everything, last started first. Nothing starts any more. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopped'));
    await Promise.allSettled(this.#starting);
    for (const { process } of this.#parts.toReversed()) await process?.stop();
  }

  /** Ends everything at once, without waiting. */
  kill(): void {
    this.#stop.abort(new Error('stopped'));
    for (const { identity } of this.#children.values()) killNow(identity);
  }

  /** Registers the start until it settles, so that `stop` also stops a process that is still starting. */
  async #startTracked(part: Part): Promise<void> {
    const starting = this.#startPart(part);
    this.#starting.add(starting);
    try {
      await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  async #startPart(part: Part): Promise<void> {
    const { name, stopSignal } = part.spec;
    part.process = await startProcess(part.spec, {
      signal: this.#stop.signal,
      onSpawn: (identity) => {
        const child = { name, identity, stopSignal };
        this.#children.set(name, child);
        this.#options.onSpawn?.(child);
      },
    });
  }

  async #lookAfter(part: Part): Promise<void> {
    let shortLives = 0;
    let startedAt = Date.now();
    let reason = await part.process?.ended;
    while (!this.#stop.signal.aborted) {
      shortLives = Date.now() - startedAt > LONG_LIFE_MS ? 0 : shortLives + 1;
      if (shortLives > MAX_SHORT_LIVES) {
        this.#fail(new Error(`${part.spec.name} keeps ending (${reason}); see ${part.spec.logFile}.`));
        return;
      }
      this.#options.report(`${part.spec.name} ended (${reason}); starting it again.`);
      await this.#pause(shortLives);
      startedAt = Date.now();
      try {
        await this.#startTracked(part);
        this.#options.report(`${part.spec.name} is back.`);
        reason = await part.process?.ended;
      } catch (error) {
        reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
      }
    }
  }

  async #pause(shortLives: number): Promise<void> {
    const first = this.#options.firstPauseMs ?? 500;
    const pause = Math.min(MAX_PAUSE_MS, first * 2 ** Math.max(0, shortLives - 1));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.#stop.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}

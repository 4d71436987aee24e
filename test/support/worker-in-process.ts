import { mock } from 'node:test';
import { Worker, type ActivityInboundCallsInterceptor, type WorkerOptions } from '@temporalio/worker';
import { loadConfig } from '../../src/config';
import { createLogger } from '../../src/logger';
import { startWorker, type RunningWorker } from '../../src/runtime/start-worker';
import { quietTemporalSdk } from './temporal-server';
import { sharedWorkflowBundle, withBundle } from './workflow-bundle';

const KEPT_LINES = 30;
const SHOWN_CHARACTERS = 600;

/** The product's worker in this process, with one more interceptor around those that its activities have. */
export class WorkerInProcess {
  #running: { worker: RunningWorker; run: Promise<void> } | undefined;
  readonly #lines: string[] = [];
  readonly #environment: Readonly<Record<string, string>>;
  readonly #interceptor: ActivityInboundCallsInterceptor;

  /** @param interceptor outermost: what it answers or throws is all that Temporal hears of an attempt */
  constructor(environment: Readonly<Record<string, string>>, interceptor: ActivityInboundCallsInterceptor) {
    this.#environment = environment;
    this.#interceptor = interceptor;
  }

  /** Starts it; it serves its task queues from then on. */
  async start(): Promise<void> {
    quietTemporalSdk();
    const bundle = await sharedWorkflowBundle();
    const create = Worker.create.bind(Worker);
    const mocked = mock.method(Worker, 'create', (options: WorkerOptions) =>
      create(withBundle(this.#intercepted(options), bundle)),
    );
    const write = (line: string) => this.#keep(line);
    try {
      const worker = await startWorker(loadConfig(this.#environment), createLogger('test', 'warn', { write }));
      const run = worker.run().catch((error: unknown) => this.#keep(`The worker broke down: ${String(error)}`));
      this.#running = { worker, run };
    } finally {
      mocked.mock.restore();
    }
  }

  /** Stops it as an operator does: it is a part of this process, and cannot die alone. */
  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.worker.close();
    await running?.run;
  }

  get pid(): number | undefined {
    return this.#running && process.pid;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** The last warnings and errors of its log. */
  get output(): string {
    return this.#lines.join('\n');
  }

  #intercepted(options: WorkerOptions): WorkerOptions {
    const { interceptors } = options;
    const activity = [() => ({ inbound: this.#interceptor }), ...(interceptors?.activity ?? [])];
    return { ...options, interceptors: { ...interceptors, activity } };
  }

  #keep(line: string): void {
    this.#lines.push(line.slice(0, SHOWN_CHARACTERS));
    this.#lines.splice(0, this.#lines.length - KEPT_LINES);
  }
}

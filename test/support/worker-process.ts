import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bareEnvironment } from '../../dev/processes/managed-process';
import { projectRoot } from '../../dev/project-root';
import { poll } from './poll';
import { killWithThisProcess } from './shared';
import { sharedWorkflowBundle } from './workflow-bundle';

const KEPT_LINES = 15;
const SHOWN_CHARACTERS = 400;
/** pino's level "warn". */
const WARNING = 40;
const READY = 'The worker is ready.';
const READY_TIMEOUT_MS = 60_000;

/** The product's worker, from source but for its bundled workflows, as a process of its own. */
export class WorkerProcess {
  #child: ChildProcess | undefined;
  readonly #lines: string[] = [];
  readonly #environment: Readonly<Record<string, string>>;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** Starts it and waits until it serves its task queues. */
  async start(): Promise<void> {
    const bundle = await sharedWorkflowBundle();
    const child = spawn(process.execPath, ['--import=tsx', 'test/support/bundled-worker.ts', bundle], {
      cwd: projectRoot(),
      env: { ...bareEnvironment(), PULSE_LOG_LEVEL: 'info', ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    if (child.pid !== undefined) child.once('exit', killWithThisProcess(child.pid));
    let ready = false;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        ready ||= line.includes(READY);
        this.#lines.push(...shortLine(line));
        this.#lines.splice(0, this.#lines.length - KEPT_LINES);
      });
    }
    await poll(async () => ready || child.exitCode !== null, {
      what: 'the worker is ready',
      timeoutMs: READY_TIMEOUT_MS,
      explain: async () => this.output,
    });
    if (!ready) throw new Error(`The worker ended while it started.\n${this.output}`);
  }

  /** `kill -9`. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** As an operator stops it: what runs is cut short and handed back to Temporal. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The last warnings and errors of its log. */
  get output(): string {
    return this.#lines.join('\n');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || !this.isRunning) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** Shortens a line of the log for a person: warnings and errors, and lines of other formats. */
function shortLine(line: string): string[] {
  if (!line.startsWith('{')) return line === '' ? [] : [line];
  const entry = JSON.parse(line) as LogEntry;
  if (entry.level < WARNING) return [];
  const { activityType = '', attempt = '', msg, err, error } = entry;
  return [`${activityType} ${attempt} ${msg} ${(err ?? error)?.message ?? ''}`.slice(0, SHOWN_CHARACTERS)];
}

interface LogEntry {
  level: number;
  msg: string;
  activityType?: string;
  attempt?: number;
  err?: Error;
  error?: Error;
}

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { endProcess } from './end-process';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.cjs';

const ORPHAN_GRACE_MS = 20_000;

export interface RunningChild {
  readonly name: string;
  readonly identity: ProcessIdentity;
  readonly stopSignal: NodeJS.Signals;
}

interface RunState {
  readonly starter: ProcessIdentity | undefined;
  readonly addresses: Readonly<Record<string, string>>;
  /** In the order they were started. */
  readonly children: readonly RunningChild[];
}

/**
 * Child processes and addresses of a running `npm start`, kept in `run.json`. Written at each spawn, so that after a
 * kill -9 of the starter the next one finds exactly its orphans, by pid and start time, and ends them.
 */
export class RunFile {
  readonly #file: string;
  #state: RunState = { starter: identifyProcess(process.pid), addresses: {}, children: [] };

  constructor(home: string) {
    this.#file = path.join(home, 'run.json');
  }

  /** Adds the child, or replaces the one of the same name, keeping its position. */
  recordChild(child: RunningChild): void {
    const children = [...this.#state.children];
    const place = children.findIndex(({ name }) => name === child.name);
    children.splice(place === -1 ? children.length : place, place === -1 ? 0 : 1, child);
    this.#write({ ...this.#state, children });
  }

  recordAddresses(addresses: Readonly<Record<string, string>>): void {
    this.#write({ ...this.#state, addresses });
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }

  #write(state: RunState): void {
    this.#state = state;
    const draft = `${this.#file}.new`;
    writeFileSync(draft, JSON.stringify(state, null, 2), { mode: 0o600 });
    renameSync(draft, this.#file);
  }
}

/** Addresses of the run that holds this folder; empty while it is starting. */
export function readAddresses(home: string): Readonly<Record<string, string>> {
  return readState(home)?.addresses ?? {};
}

/**
 * Ends the processes of a killed run, last started first. The caller holds the start lock, so no living run owns them.
 * @returns the names of the processes that were still running
 */
export async function endOrphans(home: string): Promise<string[]> {
  const orphans = (readState(home)?.children ?? []).filter(({ identity }) => isRunning(identity)).reverse();
  for (const { identity, stopSignal } of orphans) await endProcess(identity, stopSignal, ORPHAN_GRACE_MS);
  rmSync(path.join(home, 'run.json'), { force: true });
  return orphans.map(({ name }) => name);
}

function readState(home: string): RunState | undefined {
  try {
    return JSON.parse(readFileSync(path.join(home, 'run.json'), 'utf8')) as RunState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

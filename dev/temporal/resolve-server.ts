import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { userCacheDirectory } from '../../src/config';
import { withFileLock } from '../processes/file-lock.cjs';
import { buildTemporalServer } from './build-server';
import { downloadTemporalServer } from './download-server';
import { TEMPORAL_VERSION } from './release';

const run = promisify(execFile);

/** Oldest server version that the workflows support. */
const OLDEST_SERVER = [1, 29] as const;

export interface ResolveOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Called with one line before each long step. */
  readonly report?: (line: string) => void;
  /** Ways to obtain a missing server, tried in order; each writes the program to `target`. */
  readonly obtain?: readonly ObtainWay[];
}

export interface ObtainWay {
  readonly name: string;
  readonly obtain: (target: string, report: (line: string) => void) => Promise<void>;
}

const DEFAULT_WAYS: readonly ObtainWay[] = [
  { name: 'download', obtain: downloadTemporalServer },
  // What Go downloads it compares with its checksum database.
  { name: 'go install', obtain: buildTemporalServer },
];

/**
 * Path of a Temporal CLI that can run the development server: TEMPORAL_CLI, `temporal` on PATH, the user's cache, the
 * release of Temporal or a build with Go, in this order. The last two fill the cache, under a lock, so that concurrent
 * processes obtain it once.
 * @throws Error that lists what was tried and why each way failed
 */
export async function resolveTemporalServer(options: ResolveOptions = {}): Promise<string> {
  const { environment = process.env, report = () => undefined, obtain = DEFAULT_WAYS } = options;
  const chosen = environment['TEMPORAL_CLI'];
  if (chosen) {
    const problem = await whyUnusable(chosen);
    if (problem !== undefined) throw new Error(`TEMPORAL_CLI is set to ${chosen}, which ${problem}.`);
    return chosen;
  }
  const cached = path.join(userCacheDirectory(environment), 'temporal', TEMPORAL_VERSION, 'temporal');
  const tried: string[] = [];
  const installed = await firstUsable([...programsOnPath(environment), cached], tried);
  if (installed !== undefined) return installed;

  return withFileLock(
    `${cached}.lock`,
    async () => {
      if ((await whyUnusable(cached)) === undefined) return cached;
      for (const way of obtain) {
        const problem = await tryToObtain(way, cached, report);
        if (problem === undefined) return cached;
        tried.push(`${way.name}: ${problem}`);
      }
      throw new Error(notFound(tried));
    },
    (holder) => report(`Waiting for process ${holder.pid}, which is obtaining the Temporal server.`),
  );
}

function programsOnPath(environment: NodeJS.ProcessEnv): string[] {
  const folders = (environment['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, 'temporal'));
}

async function firstUsable(candidates: readonly string[], tried: string[]): Promise<string | undefined> {
  for (const candidate of candidates) {
    const isThere = await stat(candidate).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (!isThere) continue;
    const problem = await whyUnusable(candidate);
    if (problem === undefined) return candidate;
    tried.push(`${candidate}: ${problem}`);
  }
  return undefined;
}

/** Reason why a program cannot be used, as the end of a sentence; undefined if it is a supported Temporal CLI. */
async function whyUnusable(program: string): Promise<string | undefined> {
  try {
    await access(program, constants.X_OK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'is not executable';
  }
  let answer: string;
  try {
    answer = (await run(program, ['--version'], { timeout: 15_000 })).stdout.trim();
  } catch {
    return 'does not answer to --version';
  }
  const version = /^temporal version .*Server (\d+)\.(\d+)/.exec(answer);
  if (version === null) return `is not the Temporal CLI (it says ${JSON.stringify(answer.slice(0, 80))})`;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const isOld = major < OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor < OLDEST_SERVER[1]);
  return isOld ? `carries server ${major}.${minor}, older than ${OLDEST_SERVER.join('.')}` : undefined;
}

async function tryToObtain(
  way: ObtainWay,
  target: string,
  report: (line: string) => void,
): Promise<string | undefined> {
  try {
    await way.obtain(target, report);
    const problem = await whyUnusable(target);
    return problem === undefined ? undefined : `what it brought ${problem}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function notFound(tried: readonly string[]): string {
  return [
    'No Temporal server was found, and none could be installed. Tried:',
    '  - TEMPORAL_CLI: not set',
    '  - `temporal` on PATH and in the cache: none that is usable',
    ...tried.map((line) => `  - ${line}`),
    `Install the Temporal CLI ${TEMPORAL_VERSION} or newer (https://docs.temporal.io/cli) or Go 1.25 or newer,`,
    'or set TEMPORAL_CLI to its path, or TEMPORAL_ADDRESS to a running Temporal server.',
  ].join('\n');
}

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { keepLogShort, prepareLog } from './log-file';
import { identifyProcess, type ProcessIdentity } from './process-identity.cjs';

const PROBE_PAUSE_MS = 100;
const LOG_TAIL_LINES = 15;

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The system user to run as, when this process runs as root and the program refuses to. */
  readonly uid?: number;
  readonly gid?: number;
  /** File for stdout and stderr; appended to on restarts, set aside as `.1` above 20 MB. */
  readonly logFile: string;
  /** Polled until it resolves to true; a rejection counts as "not yet". */
  readonly isReady: () => Promise<boolean>;
  readonly readyTimeoutMs: number;
  readonly stopSignal: NodeJS.Signals;
  /** Milliseconds after `stopSignal` until SIGKILL. */
  readonly stopTimeoutMs: number;
  /** Hook run before each start and restart. */
  readonly beforeStart?: () => Promise<void>;
}

export interface ManagedProcess {
  readonly spec: ProcessSpec;
  readonly identity: ProcessIdentity;
  /** Resolves with the exit code or signal once the process has ended for any reason. */
  readonly ended: Promise<string>;
  /** Stops the process as its specification says, and waits for its end. */
  readonly stop: () => Promise<void>;
}

export interface StartHooks {
  /** Called once the process exists, before it is ready. */
  readonly onSpawn?: (identity: ProcessIdentity) => void;
  /** Aborting stops a process that is not ready yet. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a program in its own process group (so that Ctrl-C on this terminal reaches only its parent) and waits until
 * it is ready.
 * @throws Error with the end of its log, when it ends or times out before it is ready; nothing is left running.
 */
export async function startProcess(spec: ProcessSpec, hooks: StartHooks = {}): Promise<ManagedProcess> {
  await spec.beforeStart?.();
  hooks.signal?.throwIfAborted();
  const logStart = prepareLog(spec.logFile);
  const child = spawnDetached(spec);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
  });
  const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
  if (identity === undefined) throw new Error(failure(spec, logStart, `ended: ${await ended}`));
  hooks.onSpawn?.(identity);

  const running: ManagedProcess = {
    spec,
    identity,
    ended,
    stop: async () => {
      child.kill(spec.stopSignal);
      const force = setTimeout(() => child.kill('SIGKILL'), spec.stopTimeoutMs);
      await ended;
      clearTimeout(force);
    },
  };
  const outcome = await Promise.race([untilReady(spec, ended, hooks.signal), ended]);
  if (outcome === 'ready' && hooks.signal?.aborted !== true) {
    void ended.then(keepLogShort(spec.logFile));
    return running;
  }
  await running.stop();
  hooks.signal?.throwIfAborted();
  throw new Error(
    failure(
      spec,
      logStart,
      outcome === 'timeout' ? `was not ready after ${spec.readyTimeoutMs / 1000} s` : `ended: ${outcome}`,
    ),
  );
}

function spawnDetached(spec: ProcessSpec): ChildProcess {
  const log = openSync(spec.logFile, 'a', 0o600);
  try {
    return spawn(spec.command, spec.args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: spec.env,
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...(spec.uid === undefined ? {} : { uid: spec.uid }),
      ...(spec.gid === undefined ? {} : { gid: spec.gid }),
    });
  } finally {
    closeSync(log);
  }
}

async function untilReady(
  spec: ProcessSpec,
  ended: Promise<string>,
  signal: AbortSignal | undefined,
): Promise<'ready' | 'timeout'> {
  const deadline = Date.now() + spec.readyTimeoutMs;
  let over = false;
  void ended.then(() => (over = true));
  while (!over && signal?.aborted !== true && Date.now() < deadline) {
    if (await spec.isReady().catch(() => false)) return 'ready';
    await new Promise((resolve) => setTimeout(resolve, PROBE_PAUSE_MS));
  }
  return 'timeout';
}

function failure({ name, logFile }: ProcessSpec, logStart: number, what: string): string {
  const output = readFileSync(logFile).subarray(logStart).toString('utf8').trim();
  return `${name} ${what}. The end of ${logFile}:\n${output.split('\n').slice(-LOG_TAIL_LINES).join('\n')}`;
}

/** A proxy is a way out of the network, and no credential of Zoho's. */
const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];

/** Environment without credentials, for servers that need none of this process's settings. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'XDG_CACHE_HOME', ...PROXY_VARIABLES];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

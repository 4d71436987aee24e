import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { awaitConnection } from './first-sync/await-connection';
import { ControlApi, type Session } from './first-sync/control-api';
import { FIRST_MODULES, firstSync } from './first-sync/first-sync';
import { summarize } from './first-sync/summary';
import { Terminal } from './first-sync/terminal';
import { postgresUser } from './postgres/system-user';
import { preFlight } from './pre-flight';
import { makeHomePrivate } from './private-home';
import { tryFileLock } from './processes/file-lock.cjs';
import type { ProcessIdentity } from './processes/process-identity.cjs';
import { readAddresses, RunFile } from './processes/run-file';
import { onStopSignals } from './processes/stop-signals';
import { Supervisor } from './processes/supervisor';
import { readStartSettings, type StartSettings } from './settings';
import { startStack } from './stack';

/** Exit code that shells report for a program ended by Ctrl-C. */
const INTERRUPTED = 130;

/**
 * Runs everything the engine needs on this machine, does a first sync, then stays up until Ctrl-C.
 * @returns the exit code of `npm start`
 * @throws Error one sentence with its remedy, when something keeps a part from starting
 */
export async function start(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const settings = readStartSettings(args, environment);
  await makeHomePrivate(settings.home, { passable: !settings.externalDatabase && postgresUser() !== undefined });
  await mkdir(path.join(settings.home, 'logs'), { recursive: true });
  const lock = await tryFileLock(path.join(settings.home, 'start.lock'));
  if ('pid' in lock) throw new Error(alreadyRunning(lock, settings.home));
  try {
    return await runUntilStopped(settings, new Terminal());
  } finally {
    await lock.release();
  }
}

async function runUntilStopped(settings: StartSettings, terminal: Terminal): Promise<number> {
  const report = (line: string): void => terminal.line(`  ${line}`);
  const runFile = new RunFile(settings.home);
  const supervisor = new Supervisor({ report, onSpawn: (child) => runFile.recordChild(child) });
  const interrupted = new AbortController();
  const stopped = new Promise<'stopped'>((resolve) => {
    onStopSignals(
      () => {
        terminal.line('\nStopping; Ctrl-C again forces it.');
        interrupted.abort(new Error('stopped'));
        resolve('stopped');
      },
      () => {
        supervisor.kill();
        process.exit(INTERRUPTED);
      },
    );
  });
  try {
    const work = bringUp(settings, { terminal, report, supervisor, runFile, signal: interrupted.signal });
    work.catch(() => undefined);
    const sessions = await Promise.race([work, supervisor.failed, stopped]);
    if (sessions === 'stopped') return INTERRUPTED;
    if (settings.once) return sessions.every(({ status }) => status === 'completed') ? 0 : 1;
    terminal.line('\nUp until Ctrl-C.');
    await Promise.race([stopped, supervisor.failed]);
    return 0;
  } finally {
    if (!interrupted.signal.aborted) terminal.line('\nStopping.');
    await supervisor.stop();
    runFile.remove();
    terminal.line('Stopped.');
  }
}

interface BringUp {
  readonly terminal: Terminal;
  readonly report: (line: string) => void;
  readonly supervisor: Supervisor;
  readonly runFile: RunFile;
  readonly signal: AbortSignal;
}

/** @returns the sessions of the first sync, or those of the earlier run that completed it */
async function bringUp(settings: StartSettings, run: BringUp): Promise<Session[]> {
  const { terminal, report, supervisor } = run;
  terminal.line('Starting Pipeline Pulse Sync');
  await preFlight(settings, report);
  const stack = await startStack(settings, supervisor, report);
  run.runFile.recordAddresses(stack.addresses);
  const api = new ControlApi(stack.apiUrl, stack.apiKey);
  await awaitConnection(api, { once: settings.once, report, signal: run.signal });
  terminal.line('\nFull sync');
  const sessions = await firstSync(api, { resync: settings.resync, terminal, signal: run.signal });
  terminal.line(`\n${summarize(sessions)}\n`);
  if (await api.configure(FIRST_MODULES)) {
    terminal.line('From now on by the clock: changes every 15 minutes, a night at 02:15 (pulse schedules list).\n');
  }
  for (const [name, address] of Object.entries(stack.addresses)) terminal.line(`${name.padEnd(12)}  ${address}`);
  return sessions;
}

function alreadyRunning(holder: ProcessIdentity, home: string): string {
  const addresses = Object.entries(readAddresses(home)).map(([name, address]) => `  ${name.padEnd(12)}  ${address}`);
  return [`npm start runs already, as process ${holder.pid}; kill ${holder.pid} stops it.`, ...addresses].join('\n');
}

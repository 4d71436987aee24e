import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * One process, not one pid: pids are reused, a pid with its start time is not. The program is no part of it: a process
 * may become another program, as a wrapper script does. `startedAt` is opaque; on Linux it is the boot's id and the
 * clock tick of that boot.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** Who runs under this pid now; undefined when nobody does (a zombie is nobody). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

/** Does exactly this process still run? */
export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt;
}

/** Ends exactly this process: `signal` first, SIGKILL after `graceMs`. Does nothing when it is gone already. */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  signalIfRunning(identity, signal);
  while (isRunning(identity)) {
    if (Date.now() > deadline) signalIfRunning(identity, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ends exactly this process without asking it; does not wait. */
export function killNow(identity: ProcessIdentity): void {
  signalIfRunning(identity, 'SIGKILL');
}

function signalIfRunning(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function identifyByProc(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field, the name in brackets, may itself hold spaces and brackets.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { pid, startedAt: `${boot}/${rest[18] ?? ''}` };
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state, ...startedAt] = line.split(/\s+/);
    return state?.startsWith('Z') === false ? { pid, startedAt: startedAt.join(' ') } : undefined;
  } catch {
    return undefined;
  }
}

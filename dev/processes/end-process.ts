import { isRunning, type ProcessIdentity } from './process-identity.cjs';

/** Ends exactly this process: `signal` first, SIGKILL after `graceMs`. Does nothing when it is gone already. */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  signalIfRunning(identity, signal);
  while (isRunning(identity)) {
    if (Date.now() > deadline) signalIfRunning(identity, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Sends SIGKILL to exactly this process; does not wait. */
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

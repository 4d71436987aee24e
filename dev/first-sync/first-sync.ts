import { isFinal } from '../../src/domain/runs/enums';
import type { ControlApi, Session } from './control-api';
import { showProgress } from './progress';
import type { Terminal } from './terminal';

const POLL_MS = 250;
/** Longest silence of an API that is being restarted, in milliseconds; after it the sync is given up. */
const MAX_WAIT_MS = 60_000;

/** Parents before children, so that lookups find their rows. */
export const FIRST_MODULES = ['Accounts', 'Contacts', 'Deals'] as const;

export interface FirstSyncOptions {
  /** Sync modules again whose last full sync completed. */
  readonly resync: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/**
 * Runs a full sync of each module through the control API and shows progress. A module whose newest full sync completed
 * is not synced again; a sync that an earlier, killed `npm start` left running is followed to its end.
 * @returns one ended session per module
 */
export async function firstSync(api: ControlApi, options: FirstSyncOptions): Promise<Session[]> {
  const sessions: Session[] = [];
  for (const module of FIRST_MODULES) {
    const latest = await api.latestFullSync(module);
    const isToBeKept = latest !== undefined && (!isFinal(latest.status) || (isDone(latest) && !options.resync));
    sessions.push(isToBeKept ? latest : await api.startFullSync(module));
  }
  if (!sessions.every(isDone)) return follow(api, sessions, options);
  options.terminal.line('  An earlier run has filled the mirror; --resync reads everything again.');
  return sessions;
}

function isDone({ status }: Session): boolean {
  return status === 'completed';
}

/** Polls the sessions until all have ended, tolerating an API that is being restarted. */
async function follow(api: ControlApi, sessions: readonly Session[], options: FirstSyncOptions): Promise<Session[]> {
  const progress = showProgress(options.terminal, FIRST_MODULES);
  let current = [...sessions];
  let lastAnswerAt = Date.now();
  try {
    for (;;) {
      current.forEach((session) => progress.update(session));
      if (current.every(({ status }) => isFinal(status))) return current;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      options.signal.throwIfAborted();
      try {
        current = await Promise.all(current.map(async (one) => (isFinal(one.status) ? one : api.session(one.id))));
        lastAnswerAt = Date.now();
      } catch (error) {
        if (Date.now() - lastAnswerAt > MAX_WAIT_MS) throw error;
      }
    }
  } finally {
    progress.close();
  }
}

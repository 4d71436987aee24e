import { isFinal } from '../../src/domain/runs/enums';
import type { ControlApi, Session } from './control-api';
import { showProgress } from './progress';
import type { Terminal } from './terminal';

const POLL_MS = 250;
/** Restarted servers answer again within this time; an API that is silent for longer is not coming back. */
const PATIENCE_MS = 60_000;

/** Parents before children, so that lookups lead somewhere. */
export const FIRST_MODULES = ['Accounts', 'Contacts', 'Deals'] as const;

export interface FirstSyncOptions {
  /** Sync also what was synced before. */
  readonly resync: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/**
 * Full syncs of the modules through the control API, with progress. A module whose newest full sync completed is found,
 * not synced again; one that still runs (an earlier `npm start` was killed) is followed to its end.
 * @returns one session a module, all of them ended.
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

/** Asks for the sessions until all have ended; an API that is being restarted gets time to come back. */
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
        if (Date.now() - lastAnswerAt > PATIENCE_MS) throw error;
      }
    }
  } finally {
    progress.close();
  }
}

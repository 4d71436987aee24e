import { setTimeout as sleep } from 'node:timers/promises';
import { sessionPath } from '../../api/paths';
import { SessionAnswer, type Session } from '../../api/sessions/schemas';
import { isFinal } from '../../domain/runs/enums';
import { show, type CliContext } from '../context';
import { progressLine, sessionDetails } from '../output/session-text';
import { CliError, EXIT_CODES } from './errors';
import { readPatiently } from './read-patiently';

const POLL_MS = 1_000;

/**
 * Follows a session to its end: a line on stderr for every change of its progress, then the session on stdout.
 * @throws CliError `failed` when it ends otherwise than completed
 */
export async function followSession(context: CliContext, started: Session): Promise<void> {
  let session = started;
  let lastLine = '';
  for (;;) {
    const line = progressLine(session);
    if (line !== lastLine) context.note(line);
    lastLine = line;
    if (isFinal(session.status)) break;
    await sleep(POLL_MS);
    session = await readPatiently(context, () => readSession(context, started.id));
  }
  show(context, session, sessionDetails);
  if (session.status === 'completed') return;
  throw new CliError(EXIT_CODES.failed, `The session ${session.status}: ${session.errorMessage ?? 'no reason given'}`);
}

export async function readSession({ api }: CliContext, id: string): Promise<Session> {
  return (await api.get(sessionPath(id), { schema: SessionAnswer })).session;
}

import { viewSession } from '../../db/sessions/session-view';
import { getSession } from '../../db/sessions/sessions';
import { SessionParams } from '../http/parameters';
import { runCommands } from '../runs/run-commands';
import { presentSessionAnswer } from './present';
import { SessionAnswer } from './schemas';

const commands = runCommands({
  kind: 'session',
  path: '/sessions/{id}',
  tag: 'Sessions',
  name: 'Session',
  noun: 'session',
  auditName: 'session',
  params: SessionParams,
  answer: SessionAnswer,
  cancelDescription: 'What is in the mirror stays there. Cancelling a cancelled session changes nothing.',
  problems: { notFound: 'session_not_found', finished: 'session_finished' },
  find: getSession,
  present: async ({ knex, temporalUi }, principal, id) =>
    presentSessionAnswer(await viewSession(knex, await getSession(knex, id)), { principal, temporalUi }),
});

export const pauseSession = commands.pause;
export const resumeSession = commands.resume;
export const cancelSession = commands.cancel;

import { viewSession } from '../../db/sessions/session-view';
import { getSession } from '../../db/sessions/sessions';
import { SessionParams } from '../http/parameters';
import { defineRoute } from '../http/route';
import { presentSessionAnswer } from './present';
import { SessionAnswer } from './schemas';

export const getSessionRoute = defineRoute({
  method: 'get',
  path: '/sessions/{id}',
  operationId: 'getSession',
  tag: 'Sessions',
  summary: 'Show a session: progress, rate, time left, success rate, cost',
  description: 'Answered from PostgreSQL alone, also while Temporal is away.',
  access: 'viewer',
  params: SessionParams,
  answers: { 200: { description: 'The session.', schema: SessionAnswer } },
  problems: ['session_not_found'],
  async handle({ params }, { knex, temporalUi }) {
    const view = await viewSession(knex, await getSession(knex, params.id));
    return { status: 200, body: presentSessionAnswer(view, temporalUi) };
  },
});

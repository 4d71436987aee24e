import { callMetricsOfSession } from '../../db/credits/call-metrics';
import { getSession } from '../../db/sessions/sessions';
import { SessionParams } from '../http/parameters';
import { defineRoute } from '../http/route';
import { SessionCalls } from './call-metrics-schemas';
import { presentCallMetrics } from './present-call-metrics';

export const listSessionCalls = defineRoute({
  method: 'get',
  path: '/sessions/{id}/calls',
  operationId: 'listSessionCalls',
  tag: 'Sessions',
  summary: 'Show what a session called at Zoho, by operation',
  description: 'Count, latency, bytes, credits and failures by category, from the ledger of calls.',
  access: 'viewer',
  params: SessionParams,
  answers: { 200: { description: 'One entry an operation.', schema: SessionCalls } },
  problems: ['session_not_found'],
  async handle({ params }, { knex }) {
    const { id } = await getSession(knex, params.id);
    const calls = await callMetricsOfSession(knex, id);
    return { status: 200, body: { calls: calls.map(presentCallMetrics) } };
  },
});

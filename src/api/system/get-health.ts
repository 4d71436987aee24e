import { defineRoute } from '../http/route';
import { Health } from '../sessions/schemas';

export const getHealth = defineRoute({
  method: 'get',
  path: '/health',
  operationId: 'getHealth',
  tag: 'Operations',
  summary: 'Whether the process is alive',
  access: 'open',
  answers: { 200: { description: 'Alive.', schema: Health } },
  problems: [],
  handle: async () => ({ status: 200, body: { status: 'alive' } }),
});

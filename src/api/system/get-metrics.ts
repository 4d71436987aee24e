import { z } from 'zod';
import { defineRoute } from '../http/route';

export const getMetrics = defineRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  tag: 'Operations',
  summary: 'Metrics for Prometheus',
  access: 'viewer',
  answers: {
    200: {
      description: 'Exposition format.',
      schema: z.string(),
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
    },
  },
  problems: [],
  handle: async (_request, { metrics }) => ({ status: 200, body: await metrics.render() }),
});

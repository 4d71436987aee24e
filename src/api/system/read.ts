import { z } from 'zod';
import { defineRoute } from '../http/route';
import { API_PREFIX } from '../paths';
import { Health, OpenApiDocument, Overview, Readiness } from './schemas';

export const getOverview = defineRoute({
  method: 'get',
  path: '',
  operationId: 'getOverview',
  tag: 'Operations',
  summary: 'What this server is, and where things are',
  description: 'The root of the server answers the same.',
  access: 'open',
  unlimited: true,
  answers: { 200: { description: 'Where things are.', schema: Overview } },
  problems: [],
  handle: async (_request, { version }) => ({
    status: 200,
    body: {
      name: 'Pipeline Pulse Sync',
      version,
      authentication: 'Authorization: Bearer pps_..., a key of `pulse keys create`.',
      links: {
        api: API_PREFIX,
        openapi: `${API_PREFIX}/openapi.json`,
        health: `${API_PREFIX}/health`,
        ready: `${API_PREFIX}/ready`,
        metrics: `${API_PREFIX}/metrics`,
      },
    },
  }),
});

export const getHealth = defineRoute({
  method: 'get',
  path: '/health',
  operationId: 'getHealth',
  tag: 'Operations',
  summary: 'Whether the process is alive',
  access: 'open',
  unlimited: true,
  answers: { 200: { description: 'Alive.', schema: Health } },
  problems: [],
  handle: async () => ({ status: 200, body: { status: 'alive' } }),
});

export const getReadiness = defineRoute({
  method: 'get',
  path: '/ready',
  operationId: 'getReadiness',
  tag: 'Operations',
  summary: 'Whether PostgreSQL, its migrations and Temporal are there',
  access: 'open',
  unlimited: true,
  answers: {
    200: { description: 'Everything is there.', schema: Readiness },
    503: { description: 'Something is missing.', schema: Readiness },
  },
  problems: [],
  async handle(_request, { readiness }) {
    const checks = await readiness();
    const ready = Object.values(checks).every((check) => check === 'ok');
    return { status: ready ? 200 : 503, body: { status: ready ? 'ready' : 'not_ready', checks } };
  },
});

export const getOpenApi = defineRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'getOpenApi',
  tag: 'Operations',
  summary: 'This document',
  access: 'open',
  unlimited: true,
  answers: { 200: { description: 'OpenAPI 3.1.', schema: OpenApiDocument } },
  problems: [],
  handle: async (_request, { openApi }) => ({ status: 200, body: openApi }),
});

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

import { z } from 'zod';
import { defineRoute } from '../http/route';

export const getOpenApi = defineRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'getOpenApi',
  tag: 'Operations',
  summary: 'This document',
  access: 'open',
  answers: { 200: { description: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) } },
  problems: [],
  handle: async (_request, { openApi }) => ({ status: 200, body: openApi }),
});

import { z } from 'zod';
import { BULK_OPERATION_REQUESTS, BULK_OPERATION_SCHEMAS } from './bulk-operations/schemas';
import { CONNECTION_REQUESTS, CONNECTION_SCHEMAS } from './connections/schemas';
import { PROBLEMS, PROBLEM_CONTENT_TYPE, ProblemDocument, type ProblemCode } from './http/problem';
import type { DeclaredAnswer, Route } from './http/route';
import { MODULE_REQUESTS, MODULE_SCHEMAS } from './modules/schemas';
import { API_PREFIX } from './paths';
import { Plan, PlanRequest } from './plans/schemas';
import { RECORD_REQUESTS, RECORD_SCHEMAS } from './records/schemas';
import { NAMED_SCHEMAS } from './sessions/schemas';
import { SYSTEM_SCHEMAS } from './system/schemas';

type JsonSchema = Record<string, unknown>;

/** Problems of any route; the second list, of any route that needs an API key. */
const COMMON_PROBLEMS: readonly ProblemCode[] = ['invalid_parameter', 'internal_error'];
const GUARDED_PROBLEMS: readonly ProblemCode[] = ['unauthenticated', 'forbidden', 'database_unavailable'];
const BODY_PROBLEMS: readonly ProblemCode[] = [
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'validation_failed',
];

const schemas = {
  ...NAMED_SCHEMAS,
  ...CONNECTION_SCHEMAS,
  ...SYSTEM_SCHEMAS,
  ...MODULE_SCHEMAS,
  ...RECORD_SCHEMAS,
  ...BULK_OPERATION_SCHEMAS,
  PlanRequest,
  Plan,
  Problem: ProblemDocument,
};

/** Writes the OpenAPI 3.1 document of these routes, from the schemas that also validate their requests. */
export function describeApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = `${API_PREFIX}${route.path}`;
    paths[path] = { ...paths[path], [route.method]: describeOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pipeline Pulse Sync',
      version,
      description: 'Starts, watches and steers syncs between Zoho CRM and its PostgreSQL mirror.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key: `pps_…`.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

/** The problems a route may answer, by status. */
export function problemsOf(route: Route): Map<number, ProblemCode[]> {
  const codes = new Set<ProblemCode>([
    ...COMMON_PROBLEMS,
    ...(route.access === 'open' ? [] : GUARDED_PROBLEMS),
    ...(route.body ? BODY_PROBLEMS : []),
    ...route.problems,
  ]);
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

function describeOperation(route: Route): object {
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    ...(route.access === 'open' ? { security: [] } : { 'x-role': route.access }),
    parameters: [
      ...describeParameters('path', route.params),
      ...describeParameters('query', route.query),
      ...describeParameters('header', route.headers),
    ],
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse({}).success,
        content: { 'application/json': { schema: reference(route.body) } },
      },
    }),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, describeAnswer(answer)])),
      ...Object.fromEntries(
        [...problemsOf(route)]
          .filter(([status]) => !(status in route.answers))
          .map(([status, codes]) => [status, describeProblems(codes)]),
      ),
    },
  };
}

function describeParameters(place: 'path' | 'query' | 'header', schema: z.ZodType | undefined): object[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as JsonSchema;
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

function describeAnswer(answer: DeclaredAnswer): object {
  const headers = Object.entries(answer.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: answer.description,
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) as object }),
    content: { [answer.contentType ?? 'application/json']: { schema: reference(answer.schema) } },
  };
}

function describeProblems(codes: readonly ProblemCode[]): object {
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    content: { [PROBLEM_CONTENT_TYPE]: { schema: reference(ProblemDocument) } },
  };
}

/** A reference for a named schema, the schema itself for any other. */
function reference(schema: z.ZodType): JsonSchema {
  const name = Object.entries(schemas).find(([, named]) => named === schema)?.[0];
  return name === undefined ? withoutDialect(z.toJSONSchema(schema)) : { $ref: `#/components/schemas/${name}` };
}

function componentSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const requests = new Set<string>([
    'FullSyncRequest',
    'IncrementalSyncRequest',
    'CommandRequest',
    ...CONNECTION_REQUESTS,
    ...MODULE_REQUESTS,
    ...RECORD_REQUESTS,
    ...BULK_OPERATION_REQUESTS,
  ]);
  const describe = (io: 'input' | 'output') =>
    z.toJSONSchema(registry, { io, uri: (id) => `#/components/schemas/${id}` }).schemas;
  const [inputs, outputs] = [describe('input'), describe('output')];
  return Object.fromEntries(
    Object.keys(schemas).map((name) => [name, withoutDialect((requests.has(name) ? inputs : outputs)[name] ?? {})]),
  );
}

function withoutDialect({ $schema: _dialect, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

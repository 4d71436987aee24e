import { z } from 'zod';
import { PROBLEMS, PROBLEM_CONTENT_TYPE, ProblemDocument, type ProblemCode } from './http/problem';
import type { DeclaredAnswer, Route } from './http/route';
import { TAGS } from './http/tags';
import { API_PREFIX } from './paths';

type JsonSchema = Record<string, unknown>;

interface DescribedResponse {
  description: string;
  headers?: object;
  content: Record<string, object>;
}

/** Problems of any route; the second list, of any route that needs an API key. */
const COMMON_PROBLEMS: readonly ProblemCode[] = ['invalid_parameter', 'headers_too_large', 'internal_error'];
const LIMITED_PROBLEMS: readonly ProblemCode[] = ['too_many_requests'];
const GUARDED_PROBLEMS: readonly ProblemCode[] = ['unauthenticated', 'forbidden', 'database_unavailable'];
/** Problems of any route by which viewers spend credits. */
const READER_PROBLEMS: readonly ProblemCode[] = ['credit_share_spent'];
const BODY_PROBLEMS: readonly ProblemCode[] = [
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'validation_failed',
];

/** Items separated by commas. */
const LIST_IN_ONE_PARAMETER = { style: 'form', explode: false };

const REFERENCE = '#/components/schemas/';

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
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: namedSchemas(routes),
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
    ...(route.unlimited === true ? [] : LIMITED_PROBLEMS),
    ...(route.access === 'open' ? [] : GUARDED_PROBLEMS),
    ...(route.body ? BODY_PROBLEMS : []),
    ...(route.access === 'viewer' && route.problems.includes('zoho_throttled') ? READER_PROBLEMS : []),
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
    responses: describeResponses(route),
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
      ...(rest['type'] === 'array' && LIST_IN_ONE_PARAMETER),
      schema: rest,
    };
  });
}

/** One status may stand for an answer and for problems: a page for people, say, and a refusal of its parameters. */
function describeResponses(route: Route): Record<string, DescribedResponse> {
  const answers = Object.entries(route.answers).map(([status, answer]) => [status, describeAnswer(answer)] as const);
  const responses: Record<string, DescribedResponse> = Object.fromEntries(answers);
  for (const [status, codes] of problemsOf(route)) {
    const problems = describeProblems(codes);
    const answer = responses[status];
    responses[status] = answer
      ? {
          ...answer,
          description: `${answer.description} ${problems.description}`,
          content: { ...answer.content, ...problems.content },
        }
      : problems;
  }
  return responses;
}

function describeAnswer(answer: DeclaredAnswer): DescribedResponse {
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

function describeProblems(codes: readonly ProblemCode[]): DescribedResponse {
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    content: { [PROBLEM_CONTENT_TYPE]: { schema: reference(ProblemDocument) } },
  };
}

/** Name of a schema in the document, which its metadata gives; a schema without one is described where it is used. */
export function nameOf(schema: z.ZodType): string | undefined {
  return z.globalRegistry.get(schema)?.id;
}

function reference(schema: z.ZodType): JsonSchema {
  const name = nameOf(schema);
  if (name !== undefined) return { $ref: `${REFERENCE}${name}` };
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema);
  return described;
}

/**
 * Every named schema that a body or an answer of these routes reaches.
 * @throws Error for a name that two schemas have, or that means one thing in a body and another in an answer
 */
function namedSchemas(routes: readonly Route[]): Record<string, JsonSchema> {
  const answers = routes.flatMap((route) => Object.values(route.answers).map(({ schema }) => schema));
  const answered = definitionsOf([...answers, ProblemDocument], 'output');
  const sent = definitionsOf(
    routes.flatMap(({ body }) => body ?? []),
    'input',
  );
  const ambiguous = Object.keys(sent).find(
    (name) => name in answered && JSON.stringify(sent[name]) !== JSON.stringify(answered[name]),
  );
  if (ambiguous !== undefined) throw new Error(`The schema ${ambiguous} differs between bodies and answers.`);
  return { ...answered, ...sent };
}

function definitionsOf(schemas: readonly z.ZodType[], io: 'input' | 'output'): Record<string, JsonSchema> {
  const { $defs = {} } = z.toJSONSchema(z.union(schemas), { io });
  const definitions = JSON.stringify($defs).replaceAll('"#/$defs/', `"${REFERENCE}`);
  return JSON.parse(definitions) as Record<string, JsonSchema>;
}

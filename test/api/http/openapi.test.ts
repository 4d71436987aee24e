import assert from 'node:assert/strict';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { createApp } from '../../../src/api/app';
import { describeApi, nameOf } from '../../../src/api/openapi';
import { API_PREFIX } from '../../../src/api/paths';
import { ROUTES } from '../../../src/api/routes';
import { NotificationReceiver } from '../../../src/api/webhooks/notification-receiver';
import { createDatabase } from '../../../src/db/postgres/knex';
import { createLogger } from '../../../src/logger';
import { someSession } from '../../db/support';
import {
  connectSettings,
  NO_INGESTION,
  NO_APPROVALS,
  NO_OPERATIONS,
  NO_SCHEDULES,
  NO_TEMPORAL,
  useApi,
} from '../support/api';

interface Operation {
  responses: Record<string, { content: Record<string, { schema: object }> }>;
  parameters: {
    name: string;
    in: string;
    required: boolean;
    style?: string;
    explode?: boolean;
    schema: Record<string, unknown>;
  }[];
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}

/** Beside its routes the application has, for each path, one that takes every method and answers 405. */
describe('the OpenAPI document', () => {
  const api = useApi(() => NO_TEMPORAL);
  const read = async (): Promise<Document> =>
    (await api.call('GET', '/api/v1/openapi.json', { as: null })).body as Document;

  it('describes every route of the application, and nothing else', async () => {
    const knex = createDatabase(api.url);
    const app = createApp({
      knex,
      connect: connectSettings(knex, api.baseUrl),
      commands: NO_TEMPORAL,
      approvals: NO_APPROVALS,
      operations: NO_OPERATIONS,
      schedules: NO_SCHEDULES,
      notifications: new NotificationReceiver({
        knex,
        logger: createLogger('test', 'silent'),
        ingestion: NO_INGESTION,
      }),
      logger: createLogger('test', 'silent'),
      temporalUi: { url: '', namespace: '' },
      validateAnswers: 'throw',
      version: '0',
    });
    const served = (app.router.stack as unknown as Layer[])
      .flatMap(({ route }) => (route && Object.keys(route.methods).length === 1 ? [route] : []))
      .flatMap(({ path, methods }) =>
        Object.keys(methods).map((method) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`),
      );
    await knex.destroy();

    const { openapi, paths } = await read();
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );

    assert.match(openapi, /^3\.1\./);
    assert.deepEqual(described.sort(), served.sort());
  });

  it('names the parameters of every path', async () => {
    const { paths } = await read();
    for (const [path, operations] of Object.entries(paths)) {
      const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters } of Object.values(operations)) {
        const declared = parameters.filter((parameter) => parameter.in === 'path' && parameter.required);

        assert.deepEqual(
          declared.map(({ name }) => name),
          placeholders,
          path,
        );
      }
    }
  });

  it('declares its problems as problem documents', async () => {
    const { paths } = await read();

    const responses = paths[`${API_PREFIX}/syncs/full`]?.['post']?.responses ?? {};

    assert.deepEqual(Object.keys(responses), [
      '202',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '422',
      '429',
      '431',
      '500',
      '503',
    ]);
    for (const [status, response] of Object.entries(responses)) {
      assert.deepEqual(Object.keys(response.content), [
        status === '202' ? 'application/json' : 'application/problem+json',
      ]);
    }
  });

  it('refers only to schemas that it holds', async () => {
    const document = await read();

    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );

    assert.ok(references.length > 0);
    assert.deepEqual(
      [...new Set(references)].filter((name) => !(name! in document.components.schemas)),
      [],
    );
    assert.ok(!JSON.stringify(document).includes('#/$defs/'));
  });

  it('holds for an answer of the API, as a client without our code would check it', async () => {
    const { id } = await someSession(api.knex);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addSchema(await read(), 'api');

    const { body } = await api.call('GET', `/api/v1/sessions/${id}`);

    const validate = ajv.compile({ $ref: 'api#/components/schemas/SessionAnswer' });
    assert.ok(validate(body), ajv.errorsText(validate.errors));
    assert.ok(!validate({ session: {} }));
  });

  it('names the schema of every body and of every JSON answer', () => {
    const unnamed = ROUTES.flatMap(({ operationId, body, answers }) => [
      ...(body && nameOf(body) === undefined ? [`${operationId}: body`] : []),
      ...Object.entries(answers)
        .filter(([, { schema, contentType }]) => contentType === undefined && nameOf(schema) === undefined)
        .map(([status]) => `${operationId}: ${status}`),
    ]);

    assert.deepEqual(unnamed, []);
  });

  it('describes lists in one parameter as they are written, and what has a default as optional', async () => {
    const parameters = Object.values((await read()).paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap((operation) => operation.parameters);
    const lists = parameters.filter(({ schema }) => schema['type'] === 'array');

    assert.ok(lists.some(({ name }) => name === 'fields') && lists.some(({ name }) => name === 'status'));
    assert.ok(lists.every(({ style, explode }) => style === 'form' && explode === false));
    assert.deepEqual(
      parameters.filter(({ schema, required }) => 'default' in schema && required),
      [],
    );
  });

  it('describes the problems of a status that has an answer, too', async () => {
    const { responses } = (await read()).paths[`${API_PREFIX}/oauth/callback`]?.['get'] ?? assert.fail();

    const { headers } = await api.call('GET', '/api/v1/oauth/callback?code=%00', { as: null });

    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.deepEqual(Object.keys(responses['400']?.content ?? {}), ['text/html', 'application/problem+json']);
  });

  it('refuses one name for two schemas', () => {
    const [route] = ROUTES;
    assert.ok(route);
    const answering = (schema: z.ZodType) => ({ ...route, answers: { 200: { description: '', schema } } });
    const [text, count] = [z.string().meta({ id: 'Twice' }), z.number().meta({ id: 'Twice' })];

    assert.throws(() => describeApi([answering(text), answering(count)], '0'), /Twice/);
  });

  it('gives every operation a name of its own', () => {
    assert.equal(new Set(ROUTES.map(({ operationId }) => operationId)).size, ROUTES.length);
  });
});

import assert from 'node:assert/strict';
import { z } from 'zod';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { ROUTES } from '../../../src/api/routes';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import type { ConnectionModel } from '../../../src/db/models/connection';
import { someConnection, someSession } from '../../db/support';
import { type Answer, NO_TEMPORAL, useApi } from '../support/api';
import { assertProblem } from '../support/organization';

const errorsOf = ({ body }: Answer): ProblemDocument['errors'] => (body as ProblemDocument).errors;

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Names at the top of what a schema takes, in any of its variants. */
function namesOf(schema: z.ZodType): string[] {
  const root = z.toJSONSchema(schema, { io: 'input' });
  const namesIn = ({ $ref, properties = {}, oneOf = [] }: JsonSchema): string[] => {
    const named = $ref && root.$defs?.[$ref.replace('#/$defs/', '')];
    return [...(named ? namesIn(named) : []), ...Object.keys(properties), ...oneOf.flatMap(namesIn)];
  };
  return namesIn(root);
}

describe('the connection of a request', () => {
  const started = { workflowId: 'sync:org:Deals', firstExecutionRunId: 'a run' };
  const api = useApi(() => ({ ...NO_TEMPORAL, startFullSync: () => Promise.resolve(started) }));
  beforeEach(() => api.knex.raw('truncate sync.connections cascade'));

  const inQuery = (query = '') => api.call('GET', `/api/v1/auth/status${query}`);
  const inBody = (connection?: string) => {
    const json = { kind: 'write', module: 'Deals', operation: 'update', rows: 1, connection };
    return api.call('POST', '/api/v1/plans', { json });
  };
  const inList = (query = '') => api.call('GET', `/api/v1/sessions${query}`);
  const startSync = (connection?: string, headers = {}) =>
    api.call('POST', '/api/v1/syncs/full', { json: { module: 'Deals', connection }, headers });
  const twoConnections = async (): Promise<[ConnectionModel, ConnectionModel]> => [
    await someConnection(api.knex),
    await someConnection(api.knex),
  ];

  it('is declared by each route that takes one, in the place where it takes it', () => {
    const takes = (schema: z.ZodType | undefined): boolean =>
      schema !== undefined && namesOf(schema).includes('connection');
    for (const { operationId, path, query, body, connection } of ROUTES) {
      const places = [
        ...(path.includes('/connections/{name}') && operationId !== 'putConnection' ? ['path'] : []),
        ...(takes(query) ? ['query'] : []),
        ...(takes(body) ? ['body'] : []),
      ];
      const declared = connection === 'filter' ? 'query' : connection;

      assert.deepEqual(places, declared === undefined ? [] : [declared], operationId);
    }
  });

  it('is missed in a path', async () => {
    assertProblem(await api.call('GET', '/api/v1/connections/nowhere'), 'connection_not_found', /nowhere/);
  });

  it('is unknown in a query, of a list too, by the name of the parameter', async () => {
    for (const answer of [await inQuery('?connection=nowhere'), await inList('?connection=nowhere')]) {
      assertProblem(answer, 'unknown_connection', /nowhere/);
      assert.equal(errorsOf(answer)?.[0]?.parameter, 'connection');
    }
  });

  it('is unknown in a body, by a pointer', async () => {
    const answer = await inBody('nowhere');

    assertProblem(answer, 'unknown_connection', /nowhere/);
    assert.equal(errorsOf(answer)?.[0]?.pointer, '#/connection');
  });

  it('is refused where it can be neither a name nor an id', async () => {
    assertProblem(await inList('?connection=No%20name'), 'invalid_parameter', /name or the id/);
    assertProblem(await inBody('No name'), 'validation_failed', /name or the id/);
  });

  it('is found by its name and by its id', async () => {
    const [{ name, id }] = await twoConnections();

    for (const nameOrId of [name, id]) {
      const plan = await inBody(nameOrId);

      assert.equal((plan.body as { connection: string }).connection, name);
      assert.equal((await inQuery(`?connection=${nameOrId}`)).status, 200);
      assert.equal((await api.call('GET', `/api/v1/connections/${nameOrId}`)).status, 200);
    }
  });

  it('is the only one there is', async () => {
    const { name } = await someConnection(api.knex);

    assert.equal(((await inBody()).body as { connection: string }).connection, name);
    const status = (await inQuery()).body as { connection: { name: string } };
    assert.equal(status.connection.name, name);
  });

  it('must be named where there are several', async () => {
    const names = (await twoConnections()).map(({ name }) => name).join(', ');

    for (const answer of [await inQuery(), await inBody()]) {
      assertProblem(answer, 'connection_required', new RegExp(names));
    }
    assert.equal(errorsOf(await inQuery())?.[0]?.parameter, 'connection');
    assert.equal(errorsOf(await inBody())?.[0]?.pointer, '#/connection');
  });

  it('must be created where there is none', async () => {
    for (const answer of [await inQuery(), await inBody()]) {
      assertProblem(answer, 'connection_required', /no connection yet/);
    }
  });

  it('narrows a list, which shows all without it', async () => {
    const listed = async (query?: string) =>
      ((await inList(query)).body as { sessions: { connection: string }[] }).sessions.map(
        ({ connection }) => connection,
      );
    assert.deepEqual(await listed(), []);
    const names: string[] = [];
    for (const { id: connectionId, name } of await twoConnections()) {
      await someSession(api.knex, { connectionId });
      names.unshift(name);
    }

    assert.deepEqual(await listed(), names);
    assert.deepEqual(await listed(`?connection=${names[0]}`), [names[0]]);
  });

  it('is audited as it was resolved, else as it was named', async () => {
    await startSync();
    await startSync('nowhere');
    const { name, id } = await someConnection(api.knex);
    await startSync();
    await api.call('POST', `/api/v1/connections/${id}/authorization`, { json: {}, as: 'admin' });

    const entries = await listAuditEntries(api.knex, {}, 4);
    assert.deepEqual(
      entries.map(({ target, outcome }) => [target, outcome]),
      [
        [`connection/${name}`, 'succeeded'],
        [`${name}/Deals`, 'succeeded'],
        ['nowhere/Deals', 'unknown_connection'],
        ['-/Deals', 'connection_required'],
      ],
    );
  });

  it('is the same request under an idempotency key, named or left out', async () => {
    const { name, id } = await someConnection(api.knex);
    const key = { 'idempotency-key': 'once' };

    const answers = [await startSync(undefined, key), await startSync(name, key), await startSync(id, key)];

    const ids = answers.map(({ body }) => (body as { session: { id: string } }).session.id);
    assert.deepEqual(ids, [ids[0], ids[0], ids[0]]);
  });
});

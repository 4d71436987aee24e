import assert from 'node:assert/strict';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { listSessions } from '../../../src/db/sessions/sessions';
import { NO_TEMPORAL, useApi, type Answer, type Call } from '../support/api';

const START = '/api/v1/syncs/full';

describe('problems', () => {
  const api = useApi(() => NO_TEMPORAL);

  async function problem(method: string, path: string, call?: Call): Promise<Answer & { body: ProblemDocument }> {
    const answer = await api.call(method, path, call);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    return { ...answer, body: answer.body as ProblemDocument };
  }

  it('tell the kind, the occurrence and whether trying again helps', async () => {
    const { body } = await problem('GET', '/api/v1/sessions/not-an-id?limit=3', {
      headers: { 'x-request-id': 'abc-1' },
    });

    assert.deepEqual(
      { ...body, errors: undefined },
      {
        type: 'urn:pipeline-pulse-sync:problem:invalid_parameter',
        title: 'A parameter is not valid',
        status: 400,
        detail: 'id: Must be the id of a session.',
        instance: '/api/v1/sessions/not-an-id',
        code: 'invalid_parameter',
        category: 'validation',
        retryable: false,
        requestId: 'abc-1',
        errors: undefined,
      },
    );
    assert.deepEqual(body.errors, [{ parameter: 'id', detail: 'Must be the id of a session' }]);
  });

  it('name every wrong part of a body by its JSON pointer, unknown names included', async () => {
    const json = {
      module: "Deals'; drop",
      fields: ['Amount', 'no good'],
      path: 'magic',
      massDeletePercent: 500,
      nope: 1,
    };

    const { status, body } = await problem('POST', START, { json });

    assert.equal(status, 422);
    assert.equal(body.code, 'validation_failed');
    assert.deepEqual(body.errors?.map(({ pointer }) => pointer).sort(), [
      '#/fields/1',
      '#/massDeletePercent',
      '#/module',
      '#/nope',

      '#/path',
    ]);
    assert.deepEqual(await listSessions(api.knex, {}, { limit: 1 }), []);
  });

  it('name the parameters of a query that are wrong or unknown', async () => {
    const { status, body } = await problem('GET', '/api/v1/sessions?limit=0&status=lost&cursor=AAAA&colour=red');

    assert.equal(status, 400);
    assert.deepEqual([...new Set(body.errors?.map(({ parameter }) => parameter?.split('.')[0]))].sort(), [
      'colour',
      'cursor',
      'limit',
      'status',
    ]);
  });

  it('tell JSON that is broken, too large, or not JSON at all', async () => {
    const broken = await problem('POST', START, { raw: '{"module": "Deals"' });
    const large = await problem('POST', START, { raw: JSON.stringify({ module: 'D'.repeat(200_000) }) });
    const text = await problem('POST', START, { raw: 'module=Deals', headers: { 'content-type': 'text/plain' } });
    const scalar = await problem('POST', START, { raw: '"Deals"' });
    const missing = await problem('POST', START);

    assert.deepEqual(
      [broken, large, text, scalar, missing].map(({ status, body }) => [status, body.code]),
      [
        [400, 'malformed_json'],
        [413, 'payload_too_large'],
        [415, 'unsupported_media_type'],
        [422, 'validation_failed'],
        [422, 'validation_failed'],
      ],
    );
  });

  it('tell a path that is unknown from a method that is', async () => {
    const path = await problem('GET', '/api/v1/nothing', { as: null });
    const method = await problem('DELETE', '/api/v1/sessions', { as: null });
    const start = await problem('GET', START, { as: null });
    const malformed = await problem('GET', '/api/v1/sessions/%ff');

    assert.deepEqual([path.status, method.status, start.status, malformed.status], [404, 405, 405, 400]);
    assert.deepEqual(
      [method, start].map(({ headers }) => headers.get('allow')),
      ['GET, HEAD', 'POST'],
    );
  });

  it('name the methods of every route that has the path', async () => {
    const { headers } = await problem('DELETE', '/api/v1/api-keys', { as: null });

    assert.deepEqual(headers.get('allow')?.split(', ').sort(), ['GET', 'HEAD', 'POST']);
  });

  it('leave out a route where the path has a word of another route for its parameter', async () => {
    const routes = (path: string) => problem('DELETE', `/api/v1/modules/Deals/${path}`, { as: null });

    const allowed = [await routes('fields/coverage'), await routes('fields/1'), await routes('records/search')];

    assert.deepEqual(
      allowed.map(({ headers }) => headers.get('allow')),
      ['GET, HEAD', 'PATCH', 'POST'],
    );
  });

  it('are none for HEAD where GET is answered, and for a slash too many', async () => {
    const headers = { authorization: `Bearer ${api.keys.viewer}` };
    const call = async (method: string, path: string) =>
      (await fetch(`${api.baseUrl}${path}`, { method, headers })).status;

    assert.deepEqual([await call('HEAD', '/api/v1/sessions'), await call('GET', '/api/v1/sessions/')], [200, 200]);
    assert.equal((await problem('GET', '/api/v2/sessions', { as: 'viewer' })).status, 404);
  });

  it('tell nothing about what went wrong inside, but log it', async () => {
    await api.knex.raw('alter table sync.crm_sync_sessions rename to hidden_table');
    const { status, body } = await problem('GET', '/api/v1/sessions', { headers: { 'x-request-id': 'inside-1' } });
    await api.knex.raw('alter table sync.hidden_table rename to crm_sync_sessions');

    assert.equal(status, 500);
    assert.deepEqual([body.code, body.detail], ['internal_error', 'The request failed; the log has the details.']);
    assert.ok(!JSON.stringify(body).includes('crm_sync_sessions'));
    assert.ok(api.logLines.some((line) => line.includes('inside-1') && line.includes('crm_sync_sessions')));
  });

  it('carry the headers that protect a browser, and no cache keeps them', async () => {
    const { headers } = await problem('GET', '/api/v1/nothing');

    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('x-powered-by'), null);
  });
});

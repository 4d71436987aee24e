import assert from 'node:assert/strict';
import { ROUTES } from '../../../src/api/routes';
import { createApiKey, revokeKey } from '../../../src/db/access/api-keys';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { someSession } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';

const ANY_ID = '01890000-0000-7000-8000-000000000000';

describe('authentication', () => {
  const api = useApi(() => NO_TEMPORAL);

  it('says how a key is sent', async () => {
    const { status, headers } = await api.call('GET', '/api/v1/sessions', { as: null });

    assert.deepEqual([status, headers.get('www-authenticate')?.split(' ')[0]], [401, 'Bearer']);
  });

  it('takes the key as a bearer token or in X-API-Key', async () => {
    const bearer = await api.call('GET', '/api/v1/sessions', { as: 'viewer' });
    const header = await api.call('GET', '/api/v1/sessions', { as: null, headers: { 'x-api-key': api.keys.viewer } });

    assert.deepEqual([bearer.status, header.status], [200, 200]);
  });

  it('refuses a key that was revoked', async () => {
    const { key, secret } = await createApiKey(api.knex, { name: 'gone', role: 'admin' });
    await api.knex.transaction((trx) => revokeKey(trx, key.id));

    const answer = await api.call('GET', '/api/v1/sessions', { as: null, headers: { 'x-api-key': secret } });

    assert.equal(answer.status, 401);
  });

  it('audits every POST except questions that only need a body', () => {
    const unaudited = ROUTES.filter(({ method, audit }) => method !== 'get' && audit === undefined);

    assert.deepEqual(
      unaudited.map(({ operationId, access }) => [operationId, access]),
      [
        ['createPlan', 'viewer'],
        ['searchRecords', 'viewer'],
        ['queryRecords', 'viewer'],
        ['countRecords', 'viewer'],
        ['validateRecords', 'viewer'],
        ['validateConfiguration', 'viewer'],
        ['receiveNotification', 'open'],
        ['previewMassUpdate', 'viewer'],
        ['bulkWriteCallback', 'open'],
      ],
    );
  });

  it('lets an admin do what an operator may', async () => {
    const answer = await api.call('POST', `/api/v1/sessions/${ANY_ID}/pause`, { as: 'admin' });

    assert.equal(answer.status, 404);
  });
});

describe('the audit log', () => {
  const api = useApi(() => ({ ...NO_TEMPORAL, cancel: async () => undefined }));

  it('knows who changed what, and with which outcome', async () => {
    const { id } = await someSession(api.knex, { workflowId: 'sync:org:Deals' });

    await api.call('POST', `/api/v1/sessions/${id}/cancel`, {
      json: { reason: 'wrong module' },
      headers: { 'x-request-id': 'r-1' },
    });

    const [entry] = await listAuditEntries(api.knex, { target: `session/${id}` }, 1);
    assert.deepEqual(
      { actor: entry?.actor, action: entry?.action, outcome: entry?.outcome, details: entry?.details },
      {
        actor: api.actor('operator'),
        action: 'session.cancel',
        outcome: 'succeeded',
        details: { requestId: 'r-1', address: '127.0.0.1', body: { reason: 'wrong module' } },
      },
    );
  });

  it('also knows what was refused', async () => {
    await api.call('POST', `/api/v1/sessions/${ANY_ID}/cancel`, { as: 'viewer' });
    await api.call('POST', '/api/v1/syncs/full', { json: { modul: 'Deals' } });
    await api.call('POST', `/api/v1/sessions/${ANY_ID}/pause`);

    const entries = await listAuditEntries(api.knex, {}, 3);
    assert.deepEqual(
      entries.map(({ actor, action, outcome }) => [actor, action, outcome]),
      [
        [api.actor('operator'), 'session.pause', 'session_not_found'],
        [api.actor('operator'), 'sync.full.start', 'validation_failed'],
        [api.actor('viewer'), 'session.cancel', 'forbidden'],
      ],
    );
  });
});

describe('the request log', () => {
  const api = useApi(() => NO_TEMPORAL);

  it('has one line a request with who, what and how long, and no secret', async () => {
    await api.call('GET', `/api/v1/sessions?module=Deals`, { headers: { 'x-request-id': 'logged-1' } });

    const lines = api.logLines.filter((line) => line.includes('logged-1')).map((line) => JSON.parse(line) as object);
    assert.equal(lines.length, 1);
    const { method, path, status, actor } = lines[0] as Record<string, unknown>;
    assert.deepEqual(
      { method, path, status, actor },
      {
        method: 'GET',
        path: '/api/v1/sessions',
        status: 200,
        actor: api.actor('operator'),
      },
    );
    assert.ok(!api.logLines.join('').includes(api.keys.operator));
  });

  it('names address and prefix of a key that was refused, and not the key', async () => {
    const key = `pps_0123456789ab_${'A'.repeat(43)}`;
    await api.call('GET', '/api/v1/sessions', { as: null, headers: { 'x-api-key': key, 'x-request-id': 'refused-1' } });

    const line = api.logLines.find((logged) => logged.includes('refused-1')) ?? '';
    const { refusedKey, address } = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual([refusedKey, address], ['0123456789ab', '127.0.0.1']);
    assert.ok(!line.includes('A'.repeat(43)));
  });

  it('gives an id to a request that has none, or a bad one', async () => {
    const answers = await Promise.all(
      [{}, { 'x-request-id': 'a b' }].map((headers) => api.call('GET', '/api/v1/health', { headers })),
    );

    for (const { headers } of answers) assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  });
});

import assert from 'node:assert/strict';
import type { ApiKey, CreatedApiKey } from '../../../src/api/access/schemas';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { NO_TEMPORAL, useApi } from '../support/api';

const PATH = '/api/v1/api-keys';
const DAY_MS = 24 * 3_600_000;

describe('the keys of the API', () => {
  const api = useApi(() => NO_TEMPORAL);

  async function create(json: object): Promise<CreatedApiKey> {
    const { status, body } = await api.call('POST', PATH, { as: 'admin', json });
    assert.equal(status, 201);
    return body as CreatedApiKey;
  }
  const revoke = (key: string) => api.call('POST', `${PATH}/${key}/revoke`, { as: 'admin' });
  const use = async (secret: string, path = '/api/v1/sessions') =>
    (await api.call('GET', path, { as: null, headers: { authorization: `Bearer ${secret}` } })).status;
  const find = async (prefix: string) =>
    ((await api.call('GET', PATH, { as: 'admin' })).body as { keys: ApiKey[] }).keys.find(
      (key) => key.prefix === prefix,
    );

  it('are created with a role and an end', async () => {
    const { key, secret } = await create({ name: 'dashboard', role: 'viewer', expiresInDays: 7 });

    assert.deepEqual([await use(secret), await use(secret, PATH)], [200, 403]);
    assert.deepEqual([key.name, key.role, key.status], ['dashboard', 'viewer', 'usable']);
    assert.equal(Math.round((Date.parse(key.expiresAt ?? '') - Date.now()) / DAY_MS), 7);
  });

  it('are listed without their secrets', async () => {
    const { key, secret } = await create({ name: 'listed', role: 'operator' });

    const { body } = await api.call('GET', PATH, { as: 'admin' });

    assert.equal((await find(key.prefix))?.name, 'listed');
    assert.ok(!JSON.stringify(body).includes(secret.split('_')[2] ?? ''));
  });

  it('open nothing from the moment they are revoked, and revoking twice changes nothing', async () => {
    const { key, secret } = await create({ name: 'leaked', role: 'admin' });

    const answers = [await revoke(key.prefix), await revoke(key.id)];

    assert.deepEqual(answers[0]!.body, answers[1]!.body);
    assert.deepEqual([await use(secret), (await find(key.prefix))?.status], [401, 'revoked']);
  });

  it('open nothing once they have expired', async () => {
    const { key, secret } = await create({ name: 'old', role: 'viewer' });
    await api
      .knex('sync.api_keys')
      .where({ id: key.id })
      .update({ expires_at: new Date(0) });

    assert.deepEqual([await use(secret), (await find(key.prefix))?.status], [401, 'expired']);
  });

  it('never leave the API without an admin, whichever are revoked at a time', async () => {
    const other = await create({ name: 'second admin', role: 'admin' });
    const own = api.keys.admin.split('_')[1] ?? '';
    const usable = await api
      .knex('sync.api_keys')
      .where({ role: 'admin' })
      .whereNull('revoked_at')
      .pluck<string[]>('prefix');

    const answers = await Promise.all(usable.map(revoke));

    const refused = answers.filter(({ status }) => status !== 200);
    const left = await api
      .knex('sync.api_keys')
      .where({ role: 'admin' })
      .whereNull('revoked_at')
      .pluck<string[]>('prefix');
    assert.ok(usable.includes(own) && usable.includes(other.key.prefix));
    assert.ok(refused.length >= 1 && left.length >= 1);
    // The tests that follow need their key again.
    await api.knex('sync.api_keys').where({ prefix: own }).update({ revoked_at: null });
  });

  it('are unknown by another name', async () => {
    assert.equal((await revoke('000000000000')).status, 404);
    assert.equal((await revoke('leaked')).status, 400);
  });

  it('belong to admins alone', async () => {
    for (const as of ['viewer', 'operator'] as const) {
      const json = { name: 'own', role: 'admin' };
      assert.equal((await api.call('POST', PATH, { as, json })).status, 403);
      assert.equal((await api.call('GET', PATH, { as })).status, 403);
    }
  });

  it('are in the audit log, and their secrets are not', async () => {
    const { key, secret } = await create({ name: 'audited', role: 'viewer' });
    await revoke(key.prefix);

    const entries = await listAuditEntries(api.knex, {}, 2);
    assert.deepEqual(
      entries.map(({ action, target, outcome }) => [action, target, outcome]),
      [
        ['api_key.revoke', `api-key/${key.prefix}`, 'succeeded'],
        ['api_key.create', 'api-key/audited', 'succeeded'],
      ],
    );
    assert.ok(!JSON.stringify([entries, api.logLines]).includes(secret));
  });
});

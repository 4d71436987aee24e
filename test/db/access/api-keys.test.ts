import assert from 'node:assert/strict';
import { createApiKey, revokeKey, verifyApiKey } from '../../../src/db/access/api-keys';
import { ApiKeyModel } from '../../../src/db/models/api-key';
import { useDatabase } from '../support';

describe('API keys', () => {
  const database = useDatabase();

  it('are recognised by their secret, of which only a hash is stored', async () => {
    const { key, secret } = await createApiKey(database.knex, { name: 'night', role: 'operator' });

    const verified = await verifyApiKey(database.knex, secret);

    const stored = await database.knex('api_keys').withSchema('sync').where('id', key.id).first<object>();
    assert.match(secret, /^pps_[0-9a-f]{12}_[\w-]{43}$/);
    assert.equal(verified?.id, key.id);
    assert.equal(verified?.role, 'operator');
    assert.ok(!JSON.stringify(stored).includes(secret.split('_').slice(2).join('_')));
  });

  it('remember that they were used', async () => {
    const { key, secret } = await createApiKey(database.knex, { name: 'used', role: 'viewer' });

    await verifyApiKey(database.knex, secret);

    const stored = await ApiKeyModel.query(database.knex).findById(key.id);
    assert.ok(stored?.lastUsedAt instanceof Date);
  });

  it('are refused when the secret differs in one character', async () => {
    const { secret } = await createApiKey(database.knex, { name: 'wrong', role: 'admin' });
    const wrong = secret.slice(0, -2) + (secret.at(-2) === 'A' ? 'B' : 'A') + secret.slice(-1);

    assert.equal(await verifyApiKey(database.knex, wrong), undefined);
  });

  it('are refused when malformed or unknown', async () => {
    for (const presented of [
      '',
      'pps_',
      'pps_000000000000_short',
      `pps_000000000000_${'A'.repeat(43)}`,
      "' or true --",
    ]) {
      assert.equal(await verifyApiKey(database.knex, presented), undefined);
    }
  });

  it('are refused once they expired', async () => {
    const expiresAt = new Date('2020-01-01T00:00:00Z');
    const { secret } = await createApiKey(database.knex, { name: 'old', role: 'viewer', expiresAt });

    assert.equal(await verifyApiKey(database.knex, secret), undefined);
  });

  it('are refused once they were revoked', async () => {
    const { key, secret } = await createApiKey(database.knex, { name: 'gone', role: 'viewer' });

    const revoke = () => database.knex.transaction((trx) => revokeKey(trx, key.prefix));
    const answers = [await revoke(), await revoke()];

    const times = answers.map((answer) => (typeof answer === 'string' ? answer : answer.revokedAt?.getTime()));
    assert.ok(times[0] !== undefined && times[0] === times[1]);
    assert.equal(await verifyApiKey(database.knex, secret), undefined);
  });
});

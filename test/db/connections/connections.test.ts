import assert from 'node:assert/strict';
import {
  dropGrant,
  requireReauthorization,
  saveClient,
  saveGrant,
} from '../../../src/db/connections/connection-grants';
import { openSecrets, saveIssuedToken } from '../../../src/db/connections/connection-secrets';
import {
  ConnectionNotFound,
  getConnection,
  setConnectionStatus,
  withTokenRow,
} from '../../../src/db/connections/connections';
import { ensureConnection } from '../../../src/db/connections/ensure-connection';
import { reencryptConnections } from '../../../src/db/connections/key-rotation';
import { listOpenAlerts } from '../../../src/db/health/alerts';
import { parseKeyRing } from '../../../src/db/postgres/encryption';
import { KEY_RING, someConnection, useDatabase } from '../support';

const settings = {
  name: 'crm',
  dataCenter: 'eu',
  accountsUrl: 'https://accounts.zoho.eu',
  clientId: '1000.A',
  clientSecret: 'hidden client secret',
  refreshToken: 'hidden refresh token',
};

describe('connections', () => {
  const database = useDatabase();

  it('keeps secrets sealed in the table and opens them with the key ring', async () => {
    const connection = await ensureConnection(database.knex, KEY_RING, settings);

    const row = await database.knex('connections').withSchema('sync').where('id', connection.id).first<object>();
    assert.ok(!JSON.stringify(row).includes('hidden'));
    assert.deepEqual(openSecrets(KEY_RING, connection), {
      clientSecret: 'hidden client secret',
      refreshToken: 'hidden refresh token',
    });
    assert.equal(connection.mirrorSchema, 'crm');
  });

  it('keeps the tokens issued since when the settings are the same as before', async () => {
    const connection = await ensureConnection(database.knex, KEY_RING, settings);
    const expiresAt = new Date('2030-01-01T00:00:00Z');
    await saveIssuedToken(database.knex, KEY_RING, connection, { accessToken: 'issued', expiresAt });

    const again = await ensureConnection(database.knex, KEY_RING, settings);

    assert.equal(openSecrets(KEY_RING, again).accessToken, 'issued');
    assert.deepEqual(again.accessTokenExpiresAt, expiresAt);
  });

  it('starts afresh with a new grant, even after the old one was revoked', async () => {
    const connection = await ensureConnection(database.knex, KEY_RING, settings);
    await setConnectionStatus(database.knex, connection.id, 'needs_reauth', 'invalid_grant');

    const renewed = await ensureConnection(database.knex, KEY_RING, { ...settings, refreshToken: 'a new grant' });

    assert.equal(renewed.status, 'active');
    assert.deepEqual(openSecrets(KEY_RING, renewed), {
      clientSecret: 'hidden client secret',
      refreshToken: 'a new grant',
    });
  });

  it('is made once by processes that start together', async () => {
    const together = { ...settings, name: 'together' };

    const made = await Promise.all([1, 2, 3].map(() => ensureConnection(database.knex, KEY_RING, together)));

    assert.equal(new Set(made.map(({ id }) => id)).size, 1);
    assert.equal(made[0]?.mirrorSchema, 'crm_together');
  });

  it('is found by name and by id, and missed with a clear error', async () => {
    const { id, name } = await someConnection(database.knex);

    assert.equal((await getConnection(database.knex, name)).id, id);
    assert.equal((await getConnection(database.knex, id)).name, name);
    await assert.rejects(getConnection(database.knex, 'nowhere'), ConnectionNotFound);
  });

  it('lets one process at a time refresh, and the next one sees what it stored', async () => {
    const { id } = await someConnection(database.knex);
    let refreshes = 0;

    await Promise.all(
      [1, 2, 3, 4].map(() =>
        withTokenRow(database.knex, id, async (trx, connection) => {
          if (connection.accessTokenEncrypted !== null) return;
          refreshes += 1;
          await saveIssuedToken(trx, KEY_RING, connection, { accessToken: 'new', expiresAt: new Date() });
        }),
      ),
    );

    assert.equal(refreshes, 1);
  });

  it('moves every secret to the first key of the ring, after which the old key can go', async () => {
    const { id } = await someConnection(database.knex);
    const key = (name: string, fill: number): string => `${name}:${Buffer.alloc(32, fill).toString('base64')}`;
    const both = parseKeyRing([key('new', 8), key('test', 7)]);

    const rewritten = await reencryptConnections(database.knex, both);
    const repeated = await reencryptConnections(database.knex, both);

    const connection = await getConnection(database.knex, id);
    assert.ok(rewritten >= 1);
    assert.equal(repeated, 0);
    assert.equal(openSecrets(parseKeyRing([key('new', 8)]), connection).refreshToken, '1000.refresh');
  });

  it('leaves alone what was connected since, while the settings stay the same', async () => {
    const same = { ...settings, name: 'since' };
    const connection = await ensureConnection(database.knex, KEY_RING, same);
    const grant = {
      accountsUrl: 'https://accounts.zoho.in',
      dataCenter: 'in',
      refreshToken: 'of the consent',
      accessToken: 'access',
      expiresAt: new Date('2030-01-01T00:00:00Z'),
      apiDomain: 'https://www.zohoapis.in',
      scopes: [],
      orgId: '4711',
    };
    await database.knex.transaction((trx) => saveGrant(trx, KEY_RING, connection, grant));

    const again = await ensureConnection(database.knex, KEY_RING, same);

    assert.equal(again.accountsUrl, 'https://accounts.zoho.in');
    assert.equal(openSecrets(KEY_RING, again).refreshToken, 'of the consent');
  });

  it('tries a grant again once the settings bring another client secret', async () => {
    const wrong = { ...settings, name: 'secret', clientSecret: 'wrong' };
    const { id } = await ensureConnection(database.knex, KEY_RING, wrong);
    await setConnectionStatus(database.knex, id, 'needs_reauth', 'invalid_client_secret');

    const corrected = await ensureConnection(database.knex, KEY_RING, { ...wrong, clientSecret: 'right' });

    assert.equal(corrected.status, 'active');
    assert.equal(openSecrets(KEY_RING, corrected).refreshToken, settings.refreshToken);
  });

  it('is made once when it is saved by several at once, and needs to be connected', async () => {
    const client = { ...settings, name: 'saved' };

    const created = await Promise.all([1, 2, 3].map(() => saveClient(database.knex, KEY_RING, client)));

    assert.deepEqual(created.sort(), [false, false, true]);
  });

  it('loses its grant with its client', async () => {
    const { id, name } = await someConnection(database.knex);
    const other = { ...settings, name, clientId: '1000.OTHER' };

    await saveClient(database.knex, KEY_RING, other);

    const replaced = await getConnection(database.knex, id);
    assert.deepEqual([replaced.status, replaced.refreshTokenEncrypted], ['needs_reauth', null]);
  });

  it('that was disconnected stays so when a late call fails', async () => {
    const { id } = await someConnection(database.knex);
    await database.knex.transaction((trx) => dropGrant(trx, id, 'on purpose'));
    const disconnected = await getConnection(database.knex, id);

    await database.knex.transaction((trx) => requireReauthorization(trx, disconnected, 'invalid_code'));

    assert.equal((await getConnection(database.knex, id)).status, 'disabled');
    assert.deepEqual(await listOpenAlerts(database.knex, id, 1), []);
  });
});

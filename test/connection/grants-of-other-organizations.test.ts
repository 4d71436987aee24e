import assert from 'node:assert/strict';
import { ZohoTransports } from '../../src/connection/transports';
import { getConnection } from '../../src/db/connections/connections';
import { ensureConnection } from '../../src/db/connections/ensure-connection';
import { bindConnections } from '../../src/db/connections/key-rotation';
import { listOpenAlerts } from '../../src/db/health/alerts';
import type { ConnectionModel } from '../../src/db/models/connection';
import { seal } from '../../src/db/postgres/encryption';
import { countRecords } from '../../src/zoho/records/count-records';
import { someOrganization, TIMEOUT_MS } from '../activities/support';
import { KEY_RING, useDatabase } from '../db/support';
import { failureOf } from '../zoho/support/failures';
import { StubZoho } from '../zoho/support/stub-zoho';

const SECRETS = ['client secret', '1000.refresh', 'token-'];

describe('the grant of a connection', () => {
  const database = useDatabase();
  let zoho: StubZoho;
  let elsewhere: StubZoho;
  let transports: ZohoTransports;
  let organization: string;
  beforeEach(async () => {
    [zoho, elsewhere] = await Promise.all([StubZoho.start(), StubZoho.start()]);
    organization = '4711';
    elsewhere.answer(200, { access_token: 'token-', api_domain: elsewhere.url, count: 1 });
    zoho.respond((response, { url }) => {
      const org = { id: '1', zgid: organization, license_details: null };
      const tokens = { access_token: `token-${zoho.received.length}`, api_domain: zoho.url, expires_in: 3_600 };
      const isOrg = url.pathname.endsWith('/org');
      response.writeHead(200).end(JSON.stringify(isOrg ? { org: [org] } : { count: 1, ...tokens }));
    });
    transports = open();
  });
  afterEach(async () => {
    await transports.close();
    await Promise.all([zoho.stop(), elsewhere.stop()]);
  });

  function open(allowLoopback = true): ZohoTransports {
    return new ZohoTransports({ knex: database.knex, keyRing: () => KEY_RING, timeoutMs: TIMEOUT_MS, allowLoopback });
  }
  const settingsOf = (name: string) => ({
    name,
    dataCenter: 'us',
    accountsUrl: zoho.url,
    clientId: '1000.client',
    clientSecret: 'client secret',
    refreshToken: '1000.refresh',
  });
  let names = 0;
  const connect = () => ensureConnection(database.knex, KEY_RING, settingsOf(`grant${(names += 1)}`));
  const count = ({ id }: ConnectionModel) => countRecords(transports.transport(id), 'Deals');
  const calls = (end: string) => zoho.received.filter(({ url }) => url.pathname.endsWith(end)).length;

  it('is asked for its organization before its first call, and once', async () => {
    const connection = await connect();

    await Promise.all([count(connection), count(connection)]);
    await count(connection);

    assert.deepEqual(
      zoho.received.slice(0, 2).map(({ url }) => url.pathname),
      ['/oauth/v2/token', '/crm/v8/org'],
    );
    assert.equal(calls('/org'), 1);
    assert.equal((await getConnection(database.knex, connection.id)).orgId, '4711');
  });

  it('is refused when the environment brings that of another organization, and nothing is read with it', async () => {
    const connection = await connect();
    await count(connection);
    organization = '9999';
    await ensureConnection(database.knex, KEY_RING, { ...settingsOf(connection.name), refreshToken: '1000.sandbox' });
    await transports.close();
    transports = open();
    const before = calls('/count');

    const refused = await failureOf(count(connection));
    const again = await failureOf(count(connection));

    assert.deepEqual([refused.category, refused.code], ['auth_revoked', 'OTHER_ORGANIZATION']);
    assert.match(refused.message, /organization 9999, and the mirror holds the data of 4711/);
    assert.match(again.message, /9999/);
    assert.equal(calls('/count'), before);
    const { status, orgId } = await getConnection(database.knex, connection.id);
    assert.deepEqual([status, orgId], ['needs_reauth', '4711']);
    assert.equal((await listOpenAlerts(database.knex, connection.id, 5)).length, 1);
  });

  it('works again once the environment brings one of the right organization', async () => {
    const connection = await connect();
    await count(connection);
    organization = '9999';
    const settings = settingsOf(connection.name);
    await ensureConnection(database.knex, KEY_RING, { ...settings, refreshToken: '1000.sandbox' });
    await transports.close();
    transports = open();
    await failureOf(count(connection));
    organization = '4711';

    await ensureConnection(database.knex, KEY_RING, { ...settings, refreshToken: '1000.again' });

    assert.equal((await count(connection)).count, 1);
  });

  const changes: [what: string, change: (url: string) => object][] = [
    ['API domain', (url) => ({ api_domain: url })],
    ['accounts server', (url) => ({ accounts_url: url })],
    ['accounts server and API domain', (url) => ({ accounts_url: url, api_domain: url })],
    ['accounts server, without a token,', (url) => ({ accounts_url: url, access_token_encrypted: null })],
    ['client', () => ({ client_id: '1000.other' })],
    ['client, without a token,', () => ({ client_id: '1000.other', access_token_encrypted: null })],
    ['place of its secrets', () => ({ access_token_encrypted: database.knex.ref('client_secret_encrypted') })],
  ];
  for (const [what, change] of changes) {
    it(`leaks no secret after its ${what} was changed in the row`, async () => {
      const connection = await connect();
      await count(connection);
      const sent = zoho.received.length;
      await database.knex('sync.connections').where({ id: connection.id }).update(change(elsewhere.url));
      await transports.close();
      transports = open();

      await assert.rejects(count(connection));

      assert.deepEqual(elsewhere.received, []);
      assert.equal(zoho.received.length, sent);
    });
  }

  it('goes to no server on this machine unless that is allowed', async () => {
    const connection = await connect();
    await transports.close();
    transports = open(false);

    const error = await failureOf(count(connection));

    assert.equal(error.code, 'ACCOUNTS_URL_NOT_ALLOWED');
    assert.deepEqual(zoho.received, []);
  });

  it('of an earlier version is bound to its servers at a start', async () => {
    const connection = await someOrganization(database.knex, zoho.url);
    const column = (name: string, secret: string) => seal(KEY_RING, `connections/${connection.id}/${name}`, secret);
    await connection.$query(database.knex).patch({
      clientSecretEncrypted: column('clientSecretEncrypted', SECRETS[0]!),
      refreshTokenEncrypted: column('refreshTokenEncrypted', SECRETS[1]!),
    });

    const bound = await bindConnections(database.knex, KEY_RING);
    const again = await bindConnections(database.knex, KEY_RING);

    assert.deepEqual([bound, again], [1, 0]);
    assert.equal((await count(connection)).count, 1);
  });
});

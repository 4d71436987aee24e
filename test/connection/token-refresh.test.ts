import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { Knex } from 'knex';
import { revokeGrant } from '../../src/connection/consent/refresh-and-revoke';
import type { ConnectSettings } from '../../src/connection/settings';
import { DatabaseTokenSource } from '../../src/connection/token-source';
import { ZohoTransports } from '../../src/connection/transports';
import { dropGrant } from '../../src/db/connections/connection-grants';
import { openSecrets } from '../../src/db/connections/connection-secrets';
import { getConnection } from '../../src/db/connections/connections';
import { ensureConnection } from '../../src/db/connections/ensure-connection';
import { reencryptConnections } from '../../src/db/connections/key-rotation';
import { takeRefreshLease } from '../../src/db/connections/token-refresh-lease';
import type { ConnectionModel } from '../../src/db/models/connection';
import { createDatabase } from '../../src/db/postgres/knex';
import { createLogger } from '../../src/logger';
import type { ZohoOrg } from '../../src/zoho/metadata/org';
import { someOrganization, TIMEOUT_MS } from '../activities/support';
import { KEY_RING, useDatabase } from '../db/support';
import { poll } from '../support/poll';
import { StubZoho } from '../zoho/support/stub-zoho';

/** Connections of one process: fewer than the callers that wait for a token. */
const POOL = 2;
const CALLERS = 14;

describe('a refresh that hangs', () => {
  const database = useDatabase();
  let zoho: StubZoho;
  let knex: Knex;
  let unanswered: ServerResponse[];
  beforeEach(async () => {
    knex = createDatabase(database.url, { poolMax: POOL });
    unanswered = [];
    zoho = await StubZoho.start();
    zoho.respond((response) => unanswered.push(response));
  });
  afterEach(async () => {
    await zoho.stop();
    await knex.destroy();
  });

  const settings = () => ({
    knex,
    keyRing: () => KEY_RING,
    allowLoopback: true,
    timeoutMs: TIMEOUT_MS,
    confirmGrantAfterMs: 0,
  });
  const source = ({ id }: ConnectionModel) => new DatabaseTokenSource(id, settings(), organizationOf);
  const organizationOf = () => Promise.resolve({ zgid: null, timeZone: null, edition: null } as ZohoOrg);
  const used = (): number => (knex.client as { pool: { numUsed(): number } }).pool.numUsed();
  const hanging = () => poll(() => Promise.resolve(unanswered.length > 0), { what: 'Zoho is asked', timeoutMs: 5_000 });
  const connect = (more: Parameters<typeof someOrganization>[2] = {}) => someOrganization(knex, zoho.url, more);

  function answer(name = 'late'): void {
    const tokens = { access_token: name, api_domain: zoho.url, expires_in: 3_600 };
    for (const response of unanswered.splice(0)) response.writeHead(200).end(JSON.stringify(tokens));
  }

  it('holds no connection of the pool and no row, however many callers in however many processes wait', async () => {
    const connection = await connect();
    const [asking, waiting] = [source(connection), source(connection)];

    const tokens = Array.from({ length: CALLERS }, (_, caller) => (caller % 2 ? asking : waiting).current());
    await hanging();
    await poll(() => Promise.resolve(used() === 0), { what: 'the pool is free', timeoutMs: 5_000 });
    await knex.transaction((trx) =>
      trx.raw('select 1 from sync.connections where id = ? for update nowait', [connection.id]),
    );
    answer();

    assert.deepEqual(new Set((await Promise.all(tokens)).map(({ accessToken }) => accessToken)), new Set(['late']));
    assert.equal(zoho.received.length, 1);
  });

  it('lets the keys be rotated meanwhile', async () => {
    const token = source(await connect()).current();
    await hanging();

    await reencryptConnections(knex, KEY_RING);
    answer();

    assert.equal((await token).accessToken, 'late');
  });

  it('does not bring back a grant that was given up meanwhile', async () => {
    const connection = await connect();
    const token = source(connection).current();
    await hanging();

    await knex.transaction((trx) => dropGrant(trx, connection.id, 'Disconnected.'));
    answer();

    await assert.rejects(token, { code: 'NOT_CONNECTED' });
    const row = await getConnection(knex, connection.id);
    assert.deepEqual([row.status, row.accessTokenEncrypted], ['disabled', null]);
  });

  it('is followed by one with the grant that was given meanwhile, whose refusal the old one does not count for', async () => {
    const { id, name } = await connect();
    const token = source({ id } as ConnectionModel).current();
    await hanging();

    await ensureConnection(knex, KEY_RING, {
      name,
      dataCenter: 'us',
      accountsUrl: zoho.url,
      clientId: 'another',
      clientSecret: 'client',
      refreshToken: '1000.another',
    });
    for (const response of unanswered.splice(0)) response.writeHead(200).end('{"error":"invalid_client"}');
    await hanging();
    answer('second');

    assert.equal((await token).accessToken, 'second');
    assert.equal((await getConnection(knex, id)).status, 'active');
  });

  it('is taken over when its process is dead', async () => {
    const connection = await connect();
    const dead = '00000000-0000-4000-8000-000000000000';
    await knex.transaction((trx) => takeRefreshLease(trx, connection.id, dead));
    const token = source(connection).current();
    await knex('sync.connections')
      .where({ id: connection.id })
      .update({ token_refresh_until: new Date(0) });

    await hanging();
    answer();

    assert.equal((await token).accessToken, 'late');
  });

  it('is waited for by one source of tokens for each connection of a process', async () => {
    const connection = await connect();
    const zohoTransports = new ZohoTransports(settings());

    assert.equal(zohoTransports.tokens(connection.id), zohoTransports.tokens(connection.id));
    await zohoTransports.close();
  });

  describe('and a revocation that hangs', () => {
    const revoke = (connection: ConnectionModel) => {
      const connectSettings: ConnectSettings = {
        ...settings(),
        redirectUri: '',
        organizations: { knex, zoho: new ZohoTransports(settings()), logger: createLogger('test', 'silent') },
        accountsUrlOf: () => zoho.url,
      };
      return revokeGrant(connectSettings, connection, 'test');
    };
    const succeed = (): void => {
      for (const response of unanswered.splice(0)) response.writeHead(200).end('{"status":"success"}');
    };

    it('holds no connection of the pool', async () => {
      const connection = await connect();
      const revoked = revoke(connection);
      await hanging();

      assert.equal(used(), 0);
      succeed();

      assert.equal((await revoked).status, 'disabled');
    });

    it('leaves a grant that was given meanwhile', async () => {
      const connection = await connect();
      const revoked = revoke(connection);
      await hanging();
      const { name, clientId, dataCenter } = connection;
      const grant = { name, clientId, dataCenter, accountsUrl: zoho.url, clientSecret: 'client' };
      await ensureConnection(knex, KEY_RING, { ...grant, refreshToken: '1000.another' });
      succeed();

      const row = await revoked;

      assert.deepEqual([row.status, openSecrets(KEY_RING, row).refreshToken], ['active', '1000.another']);
    });
  });
});

import assert from 'node:assert/strict';
import { DatabaseTokenSource } from '../../src/activities/database-token-source';
import { getConnection, openSecrets } from '../../src/db/connections';
import type { ConnectionModel } from '../../src/db/models/connection';
import { ZohoError } from '../../src/zoho';
import { KEY_RING, useDatabase } from '../db/support';
import { StubZoho } from '../zoho/stub-zoho';
import { someOrganization, TIMEOUT_MS } from './support';

const HOUR_SECONDS = 3_600;

describe('DatabaseTokenSource', () => {
  const database = useDatabase();
  let zoho: StubZoho;
  beforeEach(async () => {
    zoho = await StubZoho.start();
    grant(HOUR_SECONDS);
  });
  afterEach(() => zoho.stop());

  /** Answers every refresh with another token. */
  function grant(seconds: number): void {
    zoho.respond((response) => {
      const tokens = { access_token: `token-${zoho.received.length}`, api_domain: zoho.url, expires_in: seconds };
      // Late enough for others to ask meanwhile.
      setTimeout(() => response.writeHead(200).end(JSON.stringify(tokens)), 50);
    });
  }
  const source = ({ id }: ConnectionModel) => new DatabaseTokenSource(database.knex, KEY_RING, id, TIMEOUT_MS);
  const connect = (settings: Parameters<typeof someOrganization>[2] = {}) =>
    someOrganization(database.knex, zoho.url, settings);

  it('asks Zoho once, however many ask it, in however many processes', async () => {
    const connection = await connect();
    const sources = [source(connection), source(connection), source(connection)];

    const tokens = await Promise.all(sources.flatMap((each) => [each.current(), each.current(), each.current()]));

    assert.deepEqual(new Set(tokens.map((token) => token.accessToken)), new Set(['token-1']));
    assert.equal(zoho.received.length, 1);
  });

  it('hands out the token of the row without asking Zoho', async () => {
    const connection = await connect();
    await source(connection).current();

    const token = await source(connection).current();

    assert.deepEqual([token.accessToken, token.apiDomain], ['token-1', zoho.url]);
    assert.equal(zoho.received.length, 1);
  });

  it('keeps the token sealed in its row', async () => {
    const connection = await connect();
    await source(connection).current();

    const row = await getConnection(database.knex, connection.id);

    assert.ok(!JSON.stringify(row).includes('token-1'));
    assert.equal(openSecrets(KEY_RING, row).accessToken, 'token-1');
  });

  it('replaces a token some minutes before it expires', async () => {
    const connection = await connect();
    const tokens = source(connection);
    grant(60);
    await tokens.current();

    const token = await tokens.current();

    assert.equal(token.accessToken, 'token-2');
  });

  it('replaces a rejected token once, even if several processes saw it rejected', async () => {
    const connection = await connect();
    const [first, second] = [source(connection), source(connection)];
    await Promise.all([first.current(), second.current()]);

    await Promise.all([first.reject('token-1'), second.reject('token-1')]);
    const tokens = await Promise.all([first.current(), second.current()]);

    assert.deepEqual(
      tokens.map((token) => token.accessToken),
      ['token-2', 'token-2'],
    );
    assert.equal(zoho.received.length, 2);
  });

  it('does not give up a new token because an old one was rejected late', async () => {
    const connection = await connect();
    const [first, second] = [source(connection), source(connection)];
    await Promise.all([first.current(), second.current()]);
    await first.reject('token-1');
    await first.current();

    await second.reject('token-1');

    assert.equal((await second.current()).accessToken, 'token-2');
    assert.equal(zoho.received.length, 2);
  });

  it('uses a token that was given by hand until it is rejected', async () => {
    const connection = await connect({ accessToken: 'by-hand' });
    await database.knex('sync.connections').where({ id: connection.id }).update({ api_domain: zoho.url });
    const tokens = source(connection);
    assert.equal((await tokens.current()).accessToken, 'by-hand');

    await tokens.reject('by-hand');

    assert.equal((await tokens.current()).accessToken, 'token-1');
  });

  it('marks the connection when Zoho no longer accepts the grant', async () => {
    const connection = await connect();
    zoho.answer(200, { error: 'invalid_code' });

    await assert.rejects(source(connection).current(), { category: 'auth_revoked' });

    const row = await getConnection(database.knex, connection.id);
    assert.equal(row.status, 'needs_reauth');
    assert.match(row.statusReason ?? '', /refresh_token/);
  });

  it('says so when there is no grant at all', async () => {
    const connection = await connect({ refreshToken: '' });

    await assert.rejects(
      source(connection).current(),
      (error) => error instanceof ZohoError && error.code === 'NOT_CONNECTED' && !error.retryable,
    );
    assert.equal((await getConnection(database.knex, connection.id)).status, 'needs_reauth');
  });

  it('leaves the connection as it is when Zoho is only out of reach, and recovers', async () => {
    const connection = await connect();
    zoho.answer(503, 'busy');
    const tokens = source(connection);
    await assert.rejects(tokens.current(), ZohoError);
    assert.equal((await getConnection(database.knex, connection.id)).status, 'active');
    grant(HOUR_SECONDS);

    const token = await tokens.current();

    assert.equal(token.accessToken, 'token-2');
  });
});

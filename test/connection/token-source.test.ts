import assert from 'node:assert/strict';
import { DatabaseTokenSource } from '../../src/connection/token-source';
import { openSecrets } from '../../src/db/connections/connection-secrets';
import { getConnection } from '../../src/db/connections/connections';
import { listOpenAlerts } from '../../src/db/health/alerts';
import type { ConnectionModel } from '../../src/db/models/connection';
import { ZohoError } from '../../src/zoho/errors/errors';
import { someOrganization, TIMEOUT_MS } from '../activities/support';
import { KEY_RING, useDatabase } from '../db/support';
import { StubZoho } from '../zoho/support/stub-zoho';

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
  const source = ({ id }: ConnectionModel, confirmAfterMs = 0) =>
    new DatabaseTokenSource(
      id,
      {
        knex: database.knex,
        keyRing: () => KEY_RING,
        allowLoopback: true,
        timeoutMs: TIMEOUT_MS,
        confirmGrantAfterMs: confirmAfterMs,
      },
      () => Promise.reject(new Error('The grant is checked.')),
    );
  const refusal = new ZohoError({ operation: 'list', category: 'auth_expired', code: 'INVALID_TOKEN', reason: 'no' });
  const connect = (settings: Parameters<typeof someOrganization>[2] = {}) =>
    someOrganization(database.knex, zoho.url, settings);

  it('reads a good token while another process holds the row', async () => {
    const connection = await connect();
    const { accessToken } = await source(connection).current();

    const read = await database.knex.transaction(async (trx) => {
      await trx.raw('select 1 from sync.connections where id = ? for update', [connection.id]);
      return source(connection).current();
    });

    assert.equal(read.accessToken, accessToken);
  });

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

    await Promise.all([first.reject('token-1', refusal), second.reject('token-1', refusal)]);
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
    await first.reject('token-1', refusal);
    await first.current();

    await second.reject('token-1', refusal);

    assert.equal((await second.current()).accessToken, 'token-2');
    assert.equal(zoho.received.length, 2);
  });

  it('uses a token that was given by hand until it is rejected', async () => {
    const connection = await connect({ accessToken: 'by-hand' });
    const tokens = source(connection);
    assert.equal((await tokens.current()).accessToken, 'by-hand');

    await tokens.reject('by-hand', refusal);

    assert.equal((await tokens.current()).accessToken, 'token-1');
  });

  it('gives up a grant after the third refusal in a row: marks the connection and raises one alert', async () => {
    const connection = await connect();
    zoho.answer(200, { error: 'invalid_code' });
    await assert.rejects(source(connection).current(), { category: 'server', retryable: true });
    await assert.rejects(source(connection).current(), { category: 'server', retryable: true });

    await assert.rejects(source(connection).current(), { category: 'auth_revoked', retryable: false });

    const row = await getConnection(database.knex, connection.id);
    assert.equal(row.status, 'needs_reauth');
    assert.match(row.statusReason ?? '', /refresh_token/);
    const [alert, ...others] = await listOpenAlerts(database.knex, connection.id, 5);
    assert.deepEqual([alert?.kind, alert?.severity, others], ['connection.needs_reauth', 'critical', []]);
    assert.match(alert?.message ?? '', /Connect the organization again/);
  });

  it('waits before it tries a refused grant again, in every process', async () => {
    const connection = await connect();
    zoho.answer(200, { error: 'invalid_code' });
    await assert.rejects(source(connection, 20_000).current(), { retryAfterMs: 20_000 });

    await assert.rejects(
      source(connection, 20_000).current(),
      (error) => error instanceof ZohoError && error.category === 'auth_throttled' && error.retryAfterMs! <= 20_000,
    );

    assert.equal(zoho.received.length, 1);
  });

  it('forgets refusals that were passing', async () => {
    const connection = await connect();
    zoho.answer(200, { error: 'invalid_code' });
    await assert.rejects(source(connection).current(), ZohoError);
    grant(HOUR_SECONDS);

    await source(connection).current();

    assert.equal((await getConnection(database.knex, connection.id)).tokenRefusals, 0);
  });

  it('does not ask again for a connection that was given up', async () => {
    const connection = await connect();
    zoho.answer(200, { error: 'invalid_client_secret' });
    await assert.rejects(source(connection).current(), { code: 'invalid_client_secret' });

    await assert.rejects(source(connection).current(), { category: 'auth_revoked', code: 'NEEDS_REAUTH' });

    assert.equal(zoho.received.length, 1);
  });

  it('asks for ten tokens in ten minutes at most, in however many processes, and says when the next one is due', async () => {
    const connection = await connect();
    grant(1);
    for (let count = 0; count < 10; count += 1) await source(connection).current();

    const refused = await Promise.allSettled([source(connection).current(), source(connection).current()]);

    assert.equal(zoho.received.length, 10);
    for (const outcome of refused) {
      const error: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
      assert.ok(error instanceof ZohoError && error.category === 'auth_throttled');
      assert.ok(error.retryAfterMs! > 0 && error.retryAfterMs! <= 600_000);
    }
  });

  it('asks again once the oldest of the ten is ten minutes old', async () => {
    const connection = await connect();
    grant(1);
    for (let count = 0; count < 10; count += 1) await source(connection).current();
    await database.knex.raw(
      `update sync.connections
       set token_requests[1] = now() - interval '10 minutes 1 second' where id = ?`,
      [connection.id],
    );

    await source(connection).current();
    await assert.rejects(source(connection).current(), { category: 'auth_throttled' });

    assert.equal(zoho.received.length, 11);
  });

  it('leaves Zoho alone for a while after it said that too many tokens were asked for', async () => {
    const connection = await connect();
    zoho.answer(400, { error: 'Access Denied', status: 'failure' });
    await assert.rejects(source(connection).current(), { category: 'auth_throttled', code: 'ACCESS_DENIED' });
    grant(HOUR_SECONDS);

    await assert.rejects(source(connection).current(), { category: 'auth_throttled', code: 'NOT_YET' });

    assert.equal(zoho.received.length, 1);
    assert.equal((await getConnection(database.knex, connection.id)).status, 'active');
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

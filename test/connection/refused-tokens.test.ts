import assert from 'node:assert/strict';
import { callOrganization } from '../../src/connection/call';
import { refreshNow } from '../../src/connection/consent/refresh-and-revoke';
import { ZohoTransports } from '../../src/connection/transports';
import { getConnection } from '../../src/db/connections/connections';
import { listOpenAlerts } from '../../src/db/health/alerts';
import type { ConnectionModel } from '../../src/db/models/connection';
import { createLogger } from '../../src/logger';
import type { ZohoError } from '../../src/zoho/errors/errors';
import { listUsers } from '../../src/zoho/metadata/users';
import { countRecords } from '../../src/zoho/records/count-records';
import { someOrganization, TIMEOUT_MS } from '../activities/support';
import { KEY_RING, useDatabase } from '../db/support';
import { failureOf } from '../zoho/support/failures';
import { StubZoho } from '../zoho/support/stub-zoho';

const TOKEN_PATH = '/oauth/v2/token';
const FINAL = 4;

describe('access tokens that Zoho issues and refuses', () => {
  const database = useDatabase();
  let zoho: StubZoho;
  let transports: ZohoTransports;
  let connection: ConnectionModel;
  beforeEach(async () => {
    zoho = await StubZoho.start();
    connection = await someOrganization(database.knex, zoho.url);
    open(0);
  });
  afterEach(async () => {
    await transports.close();
    await zoho.stop();
  });

  /** A process that confirms a refusal after this time. */
  function open(confirmGrantAfterMs: number): void {
    const shared = { knex: database.knex, keyRing: () => KEY_RING, allowLoopback: true, timeoutMs: TIMEOUT_MS };
    transports = new ZohoTransports({ ...shared, confirmGrantAfterMs });
  }
  /** Issues tokens, and answers 401 to those calls for which `refuses` is true. */
  function refuse(refuses: (path: string) => boolean): void {
    zoho.respond((response, { url }) => {
      if (url.pathname === TOKEN_PATH) {
        const body = { access_token: `token-${tokens()}`, api_domain: zoho.url, expires_in: 3_600 };
        response.writeHead(200).end(JSON.stringify(body));
      } else if (refuses(url.pathname)) {
        response.writeHead(401).end(JSON.stringify({ code: 'INVALID_TOKEN', details: {}, status: 'error' }));
      } else response.writeHead(200).end(JSON.stringify({ count: 1 }));
    });
  }
  const tokens = () => zoho.received.filter(({ url }) => url.pathname === TOKEN_PATH).length;
  const count = () => countRecords(transports.transport(connection.id), 'Deals');
  const users = () => listUsers(transports.transport(connection.id), { type: 'AllUsers', page: 1 });
  const row = () => getConnection(database.knex, connection.id);

  it('end as a connection that must be connected again, after a few of them in whatever process', async () => {
    refuse(() => true);
    const failures: ZohoError[] = [];
    for (let attempt = 0; attempt < FINAL; attempt += 1) {
      failures.push(await failureOf(count()));
      await transports.close();
      open(0);
    }

    const next = await failureOf(count());

    assert.deepEqual(
      failures.map(({ category }) => category),
      ['auth_expired', 'auth_expired', 'auth_expired', 'auth_revoked'],
    );
    assert.match(failures.at(-1)?.message ?? '', /INVALID_TOKEN to the last 4 access tokens/);
    assert.match(failures.at(-1)?.whatToDo ?? '', /user is active.*data center/);
    assert.equal(next.category, 'auth_revoked');
    assert.equal(tokens(), FINAL);
    const { status, statusReason } = await row();
    assert.equal(status, 'needs_reauth');
    assert.match(statusReason ?? '', /INVALID_TOKEN/);
    assert.deepEqual(
      (await listOpenAlerts(database.knex, connection.id, 5)).map(({ kind }) => kind),
      ['connection.needs_reauth'],
    );
  });

  it('are asked for with growing pauses, and the connection says why while it waits', async () => {
    refuse(() => true);
    await transports.close();
    open(20_000);
    assert.equal((await failureOf(count())).retryAfterMs, 0);

    const second = await failureOf(count());
    const waiting = await failureOf(count());

    assert.equal(second.retryAfterMs, 5_000);
    assert.match(second.message, /INVALID_TOKEN/);
    assert.match(waiting.message, /not sent: Zoho answered INVALID_TOKEN to the last 2 access tokens/);
    assert.ok(waiting.retryable && waiting.retryAfterMs! <= 5_000);
    const { status, statusReason } = await row();
    assert.deepEqual([status, /INVALID_TOKEN/.test(statusReason ?? '')], ['active', true]);
    assert.equal(tokens(), 2);
  });

  it('are forgotten once Zoho takes one', async () => {
    refuse(() => true);
    for (let attempt = 0; attempt < FINAL - 1; attempt += 1) await failureOf(count());
    refuse(() => false);

    await count();

    const { status, statusReason, tokenRejections } = await row();
    assert.deepEqual([status, statusReason, tokenRejections], ['active', null, 0]);
  });

  it('are not the fault of the tokens where only one kind of call is refused', async () => {
    refuse((path) => path.endsWith('/users'));
    const failures: ZohoError[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await count();
      failures.push(await failureOf(users()));
    }

    await count();

    assert.deepEqual(
      failures.map(({ category }) => category),
      ['auth_expired', 'auth_expired', 'permission'],
    );
    assert.match(failures.at(-1)?.message ?? '', /list_users.*INVALID_TOKEN/);
    assert.equal(tokens(), 3);
    assert.equal((await row()).status, 'active');
  });

  it('count once for calls that were on their way with the same one', async () => {
    refuse(() => true);

    await Promise.all([failureOf(count()), failureOf(users()), failureOf(count())]);

    assert.equal((await row()).tokenRejections, 1);
  });

  it('are believed at once when a person has them tried again', async () => {
    refuse(() => true);
    for (let attempt = 0; attempt < FINAL; attempt += 1) await failureOf(count());
    const organizations = { knex: database.knex, zoho: transports, logger: createLogger('test', 'silent') };
    const settings = {
      knex: database.knex,
      keyRing: () => KEY_RING,
      allowLoopback: true,
      timeoutMs: TIMEOUT_MS,
      redirectUri: '',
      organizations,
      accountsUrlOf: () => zoho.url,
    };

    const refreshed = await refreshNow(settings, connection);
    const caller = { worker: 'test' };
    await assert.rejects(
      callOrganization(organizations, connection.id, caller, ({ transport, options }) =>
        countRecords(transport, 'Deals', undefined, options),
      ),
      { category: 'auth_revoked' },
    );

    assert.equal(refreshed.status, 'active');
    assert.equal((await row()).status, 'needs_reauth');
  });
});

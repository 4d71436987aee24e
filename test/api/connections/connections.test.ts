import assert from 'node:assert/strict';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  startSimulator,
  type Simulator,
} from '../../../simulator';
import type { Connection } from '../../../src/api/connections/schemas';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { insertConnection, getConnection, openSecrets } from '../../../src/db/connections/connections';
import { listOpenAlerts } from '../../../src/db/health/alerts';
import type { ApiRole } from '../../../src/db/models/api-key';
import { NEEDED_SCOPES } from '../../../src/zoho/auth/scopes';
import { KEY_RING } from '../../db/support';
import { NO_TEMPORAL, useApi, type Answer } from '../support/api';

const CALLBACK = '/api/v1/oauth/callback';

describe('connecting an organization', () => {
  let simulator: Simulator;
  const api = useApi(
    () => NO_TEMPORAL,
    () => simulator.url,
  );
  before(async () => {
    simulator = await startSimulator({ deals: 10 });
  });
  after(() => simulator.close());
  beforeEach(() => simulator.control.reset());

  const post = (path: string, json: object = {}, as: ApiRole = 'admin') =>
    api.call('POST', `/api/v1/connections/${path}`, { json, as });
  const connectionOf = ({ body }: Answer) => (body as { connection: Connection }).connection;
  const problemOf = ({ body }: Answer) => body as ProblemDocument;
  const row = (name: string) => getConnection(api.knex, name);

  let made = 0;
  /** A connection with the simulator's client, not connected yet. */
  async function someClient(more: object = {}): Promise<string> {
    made += 1;
    const name = `connect${made}`;
    const json = { name, clientId: DEMO_CLIENT_ID, clientSecret: DEMO_CLIENT_SECRET, ...more };
    const answer = await api.call('POST', '/api/v1/connections', { json, as: 'admin' });
    assert.equal(answer.status, 201);
    return name;
  }

  /** A connection with the simulator's grant. */
  async function someConnected(): Promise<string> {
    const name = await someClient();
    const client = { name: `${name}c`, clientId: DEMO_CLIENT_ID, clientSecret: DEMO_CLIENT_SECRET };
    const grant = { dataCenter: 'us', accountsUrl: simulator.url, refreshToken: DEMO_REFRESH_TOKEN };
    return (await insertConnection(api.knex, KEY_RING, { ...client, ...grant })).name;
  }

  /** Begins a consent and consents: what the simulator sends the browser back to. */
  async function consent(name: string, json: object = {}): Promise<URL> {
    const begun = await post(`${name}/authorization`, json);
    assert.equal(begun.status, 201);
    const { authorizationUrl } = begun.body as { authorizationUrl: string };
    const redirect = await fetch(authorizationUrl, { redirect: 'manual' });
    assert.equal(redirect.status, 302);
    return new URL(redirect.headers.get('location') ?? '');
  }
  const comeBack = (url: URL) => api.call('GET', `${CALLBACK}${url.search}`, { as: null });

  /** A code as the API console gives it to the owner of a self client. */
  async function selfClientCode(scopes: readonly string[] = NEEDED_SCOPES): Promise<string> {
    const url = new URL('/oauth/v2/auth', simulator.url);
    const self = { client_id: DEMO_CLIENT_ID, redirect_uri: 'https://self.test/', scope: scopes.join(',') };
    url.search = new URLSearchParams(self).toString();
    const redirect = await fetch(url, { redirect: 'manual' });
    return new URL(redirect.headers.get('location') ?? '').searchParams.get('code') ?? '';
  }

  /** Takes the grant back in Zoho and has it noticed; the refusals before the last one are taken as seen. */
  async function lose(name: string): Promise<void> {
    simulator.control.revokeTokens();
    await api.knex('sync.connections').where({ name }).update({ token_refusals: 2 });
    assert.equal(problemOf(await post(`${name}/refresh`)).code, 'connection_needs_reauth');
  }

  const tokenCalls = (): number => simulator.control.calls().operations['token']?.calls ?? 0;

  describe('in the browser', () => {
    it('connects it for whoever follows the URL to its end', async () => {
      const name = await someClient();
      const begun = await post(`${name}/authorization`);
      const { authorizationUrl } = begun.body as { authorizationUrl: string };

      const page = await fetch(authorizationUrl);

      assert.equal(page.status, 200);
      assert.match(await page.text(), new RegExp(`<h1>Connected</h1>[^]*${name}`));
      const connection = connectionOf(await api.call('GET', `/api/v1/connections/${name}`, { as: 'viewer' }));
      assert.equal(connection.status, 'connected');
      assert.deepEqual(connection.missingScopes, []);
      assert.equal(connection.apiDomain, simulator.url);
      assert.match(connection.organization?.id ?? '', /^\d+$/);
    });

    it('asks for offline access and the consent page, which alone bring a refresh token', async () => {
      const begun = await post(`${await someClient()}/authorization`, { scopes: ['ZohoCRM.modules.READ'] });

      const { searchParams } = new URL((begun.body as { authorizationUrl: string }).authorizationUrl);

      const { state, ...rest } = Object.fromEntries(searchParams);
      assert.deepEqual(rest, {
        response_type: 'code',
        client_id: DEMO_CLIENT_ID,
        redirect_uri: `${api.baseUrl}${CALLBACK}`,
        scope: 'ZohoCRM.modules.READ,ZohoCRM.org.READ',
        access_type: 'offline',
        prompt: 'consent',
      });
      assert.match(state ?? '', /^[0-9a-f-]{36}\.[\w-]{43}$/);
    });

    it('answers a page that tells nobody anything and is kept nowhere', async () => {
      const answer = await comeBack(await consent(await someClient()));

      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
    });

    it('stores the state as a hash only', async () => {
      const url = await consent(await someClient());

      const requests = await api.knex.raw<{ rows: object[] }>('select * from sync.authorization_requests');

      const secret = url.searchParams.get('state')?.split('.')[1] ?? '';
      assert.equal(secret.length, 43);
      assert.ok(!JSON.stringify(requests.rows).includes(secret));
    });

    it('says that the person refused', async () => {
      const name = await someClient();
      const url = await consent(name);
      url.searchParams.delete('code');
      url.searchParams.set('error', 'access_denied');

      const answer = await comeBack(url);

      assert.equal(answer.status, 400);
      assert.match(String(answer.body), /refused in Zoho/);
      assert.equal((await row(name)).refreshTokenEncrypted, null);
    });

    it('closes the alert of a connection that needed a new grant', async () => {
      const name = await someConnected();
      await lose(name);
      assert.equal((await row(name)).status, 'needs_reauth');
      assert.equal((await listOpenAlerts(api.knex, (await row(name)).id, 5)).length, 1);

      await comeBack(await consent(name));

      assert.equal((await row(name)).status, 'active');
      assert.deepEqual(await listOpenAlerts(api.knex, (await row(name)).id, 5), []);
    });
  });

  describe('is safe against', () => {
    /** Fails unless the callback was refused, and the client's secret and the code went nowhere. */
    async function assertRefused(name: string, answer: Answer, why: RegExp): Promise<void> {
      assert.equal(answer.status, 400);
      assert.match(String(answer.body), why);
      assert.equal(tokenCalls(), 0);
      assert.equal((await row(name)).refreshTokenEncrypted, null);
    }

    it('a callback with a forged state', async () => {
      const name = await someClient();
      const url = await consent(name);
      const [id] = url.searchParams.get('state')?.split('.') ?? [];
      for (const state of [`${id}.${'A'.repeat(43)}`, 'xyz', '', `${id}`]) {
        url.searchParams.set('state', state);

        await assertRefused(name, await comeBack(url), /not opened by a consent/);
      }
      url.searchParams.delete('state');
      await assertRefused(name, await comeBack(url), /not opened by a consent/);
    });

    it('a callback that comes late', async () => {
      const name = await someClient();
      const url = await consent(name);
      await api.knex.raw(`update sync.authorization_requests set expires_at = now() - interval '1 second'`);

      await assertRefused(name, await comeBack(url), /took too long/);
    });

    it('a callback that comes twice, even at the same moment', async () => {
      const url = await consent(await someClient());

      const answers = await Promise.all([comeBack(url), comeBack(url), comeBack(url)]);

      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400]);
      assert.equal(tokenCalls(), 1);
      assert.match(String((await comeBack(url)).body), /already used/);
    });

    it('an accounts server that is not where the consent began, and a second try with the right one', async () => {
      const name = await someClient();
      for (const server of ['https://accounts.zoho.com.evil.test', 'http://127.0.0.1:9', 'https://accounts.zoho.eu']) {
        const url = await consent(name);
        const honest = new URL(url);
        url.searchParams.set('accounts-server', server);

        await assertRefused(name, await comeBack(url), /accounts server that is not the one/);
        await assertRefused(name, await comeBack(honest), /already used/);
      }
    });

    it('a location that is no data center', async () => {
      const name = await someClient();
      const url = await consent(name);
      url.searchParams.set('location', 'moon');

      await assertRefused(name, await comeBack(url), /accounts server/);
    });

    it('a parameter that comes twice', async () => {
      const url = await consent(await someClient());
      url.searchParams.append('code', 'another');

      assert.equal(problemOf(await comeBack(url)).code, 'invalid_parameter');
    });

    it('a code that was spent already', async () => {
      const name = await someClient();
      const code = await selfClientCode();
      await post(`${name}/grant-code`, { code });

      const answer = await post(`${name}/grant-code`, { code });

      assert.equal(problemOf(answer).code, 'grant_refused');
      assert.match(problemOf(answer).detail, /used before/);
      assert.equal((await row(name)).status, 'active');
    });

    it('a client that was replaced while the consent was on its way', async () => {
      const name = await someClient();
      const url = await consent(name);
      const other = { name, clientId: '1000.OTHER', clientSecret: 'other' };
      await api.call('POST', '/api/v1/connections', { json: other, as: 'admin' });

      const answer = await comeBack(url);

      assert.equal(answer.status, 400);
      assert.equal((await row(name)).refreshTokenEncrypted, null);
    });

    it('the grant of another organization, which it gives back', async () => {
      const name = await someClient();
      await api.knex('sync.connections').where({ name }).update({ org_id: '4711' });
      const url = await consent(name);

      const answer = await comeBack(url);

      assert.equal(answer.status, 400);
      assert.match(String(answer.body), /the mirror holds the data of 4711/);
      assert.equal((await row(name)).refreshTokenEncrypted, null);
      assert.equal(simulator.control.calls().operations['revokeToken']?.calls, 1);
    });

    it('roles below admin', async () => {
      const name = await someClient();
      for (const path of ['authorization', 'grant-code', 'refresh', 'revoke']) {
        assert.equal((await post(`${name}/${path}`, { code: 'c' }, 'operator')).status, 403, path);
      }
      const json = { clientId: 'a', clientSecret: 'b' };
      assert.equal((await api.call('POST', '/api/v1/connections', { json })).status, 403);
      assert.equal((await api.call('POST', '/api/v1/keys/rotate')).status, 403);
    });
  });

  it('takes the grant code of a self client', async () => {
    const name = await someClient();

    const answer = await post(`${name}/grant-code`, { code: await selfClientCode() });

    assert.equal(connectionOf(answer).status, 'connected');
    assert.equal(openSecrets(KEY_RING, await row(name)).refreshToken?.startsWith('1000.'), true);
  });

  it('refuses a grant that does not say whose it is', async () => {
    const code = await selfClientCode(['ZohoCRM.modules.ALL']);

    const answer = await post(`${await someClient()}/grant-code`, { code });

    assert.equal(problemOf(answer).code, 'grant_refused');
    assert.match(problemOf(answer).detail, /ZohoCRM\.org\.READ/);
  });

  it('says that the client secret is wrong', async () => {
    const name = await someClient({ clientSecret: 'wrong' });

    const answer = await post(`${name}/grant-code`, { code: await selfClientCode() });

    assert.match(problemOf(answer).detail, /Check the client secret/);
  });

  it('refreshes on request, and says when the limit of Zoho is reached', async () => {
    const name = await someConnected();
    for (let count = 0; count < 10; count += 1) assert.equal((await post(`${name}/refresh`)).status, 200);

    const answer = await post(`${name}/refresh`);

    assert.equal(problemOf(answer).code, 'zoho_throttled');
    const seconds = Number(answer.headers.get('retry-after'));
    assert.ok(seconds > 0 && seconds <= 600);
    assert.equal(tokenCalls(), 10);
  });

  it('tries a grant again that was given up, and goes on if it works', async () => {
    const name = await someConnected();
    await api
      .knex('sync.connections')
      .where({ name })
      .update({ status: 'needs_reauth', status_reason: 'invalid_code' });

    assert.equal(connectionOf(await post(`${name}/refresh`)).status, 'connected');
  });

  it('gives the grant back, and forgets it', async () => {
    const name = await someConnected();

    const revoked = await post(`${name}/revoke`);
    const again = await post(`${name}/revoke`);

    assert.deepEqual([connectionOf(revoked).status, again.status], ['disconnected', 200]);
    assert.equal((await row(name)).refreshTokenEncrypted, null);
    assert.equal(simulator.control.calls().operations['revokeToken']?.calls, 1);
    const start = await api.call('POST', '/api/v1/syncs/full', { json: { module: 'Deals', connection: name } });
    assert.equal(problemOf(start).code, 'connection_not_active');
  });

  it('keeps the grant while Zoho cannot be told', async () => {
    const name = await someConnected();
    simulator.control.addFault({ kind: 'error', status: 503, operation: 'revokeToken', times: 1 });

    const answer = await post(`${name}/revoke`);

    assert.equal(problemOf(answer).code, 'zoho_unavailable');
    assert.notEqual((await row(name)).refreshTokenEncrypted, null);
  });

  it('does not start syncs of an organization that was never connected', async () => {
    const json = { module: 'Deals', connection: await someClient() };

    const answer = await api.call('POST', '/api/v1/syncs/full', { json });

    assert.equal(answer.status, 409);
    assert.equal(problemOf(answer).code, 'connection_needs_reauth');
    assert.match(problemOf(answer).detail, /pulse connect/);
  });

  it('keeps the grant of a client whose secret alone is replaced', async () => {
    const name = await someConnected();
    const json = { name, clientId: DEMO_CLIENT_ID, clientSecret: 'renewed' };

    const answer = await api.call('POST', '/api/v1/connections', { json, as: 'admin' });

    assert.deepEqual([answer.status, connectionOf(answer).status], [200, 'connected']);
    assert.equal(openSecrets(KEY_RING, await row(name)).clientSecret, 'renewed');
  });

  it('tells the state of the grant, the token limit and the open alerts', async () => {
    const name = await someConnected();
    await lose(name);

    const { body } = await api.call('GET', `/api/v1/auth/status?connection=${name}`, { as: 'viewer' });

    const { connection, accessTokens, alerts } = body as {
      connection: Connection;
      accessTokens: { askedFor: number; limit: number };
      alerts: { kind: string; message: string }[];
    };
    assert.equal(connection.status, 'needs_reauth');
    assert.deepEqual([accessTokens.askedFor, accessTokens.limit], [0, 10]);
    assert.deepEqual(
      alerts.map(({ kind }) => kind),
      ['connection.needs_reauth'],
    );
    assert.match(alerts[0]?.message ?? '', /Connect the organization again/);
  });

  it('tells what the connected user may do, and for which organization', async () => {
    const name = await someConnected();

    const permissions = await api.call('GET', `/api/v1/auth/permissions?connection=${name}`, { as: 'viewer' });
    const organization = await api.call('GET', `/api/v1/auth/organization?connection=${name}`, { as: 'viewer' });

    const { user, modules } = permissions.body as { user: { id: string }; modules: { apiName: string }[] };
    assert.match(user.id, /^\d+$/);
    assert.ok(modules.some(({ apiName }) => apiName === 'Deals'));
    assert.match((organization.body as { id: string }).id, /^\d+$/);
  });

  it('misses an unknown connection', async () => {
    const answers = [await post('nowhere/refresh'), await api.call('GET', '/api/v1/auth/status?connection=nowhere')];

    assert.deepEqual(
      answers.map((answer) => problemOf(answer).code),
      ['connection_not_found', 'connection_not_found'],
    );
  });

  it('keeps every secret out of the answers, the log and the audit log', async () => {
    const name = await someClient();
    const url = await consent(name);
    const pages = [await comeBack(url), await comeBack(url)];
    const code = await selfClientCode();
    const answers = [await post(`${name}/grant-code`, { code }), await post(`${name}/grant-code`, { code })];
    answers.push(await api.call('GET', '/api/v1/connections'), await post(`${name}/refresh`));
    const { refreshToken = '', accessToken = '', clientSecret } = openSecrets(KEY_RING, await row(name));
    const audited = await api.knex.raw<{ rows: { action: string }[] }>('select * from sync.audit_log');

    const written = JSON.stringify([[...pages, ...answers].map(({ body }) => body), api.logLines, audited.rows]);
    const state = url.searchParams.get('state')?.split('.')[1] ?? '';
    for (const secret of [code, url.searchParams.get('code') ?? '', state, refreshToken, accessToken, clientSecret]) {
      assert.ok(secret.length > 10);
      assert.ok(!written.includes(secret));
    }
    const actions = new Set(audited.rows.map(({ action }) => action));
    for (const action of ['save', 'authorize', 'callback', 'grant_code', 'refresh', 'revoke']) {
      assert.ok(actions.has(`connection.${action}`), action);
    }
  });
});

import assert from 'node:assert/strict';
import { DEMO_CLIENT_ID } from '../../../simulator';
import type { Connection } from '../../../src/api/connections/schemas';
import { openSecrets } from '../../../src/db/connections/connection-secrets';
import { pulse } from '../../cli/support';
import { KEY_RING } from '../../db/support';
import { connectionOf, problemOf, useConnections } from './support';

describe('connecting an organization by the API', () => {
  const { api, comeBack, consent, lose, post, row, selfClientCode, someClient, someConnected, tokenCalls, zoho } =
    useConnections();

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

  it('says that an unknown client may belong to another data center', async () => {
    const name = await someClient({ clientId: '1000.ELSEWHERE' });

    const answer = await post(`${name}/grant-code`, { code: await selfClientCode() });

    assert.match(problemOf(answer).detail, /data center/);
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

  it('tries a given-up grant again, and uses it if it works', async () => {
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
    assert.equal(zoho().control.calls().operations['revokeToken']?.calls, 1);
    const start = await api.call('POST', '/api/v1/syncs/full', { json: { module: 'Deals', connection: name } });
    assert.equal(problemOf(start).code, 'connection_not_active');
  });

  it('names the other connections at work that are of the same organization', async () => {
    const [one, other] = [await someConnected(), await someConnected()];
    await api.knex('sync.connections').whereIn('name', [one, other]).update({ org_id: '4711' });
    const sharedWith = async () =>
      (await api.call('GET', `/api/v1/connections/${one}`)).body as {
        connection: { sharesOrganizationWith: string[] };
      };

    const shared = (await sharedWith()).connection.sharesOrganizationWith;
    const shown = await pulse(api, ['connections', 'show', one]);
    await post(`${other}/revoke`);

    assert.deepEqual(shared, [other]);
    assert.match(shown.out, new RegExp(`shared with .*${other}.*: each counts the credits`));
    assert.deepEqual((await sharedWith()).connection.sharesOrganizationWith, []);
  });

  it('keeps the grant while Zoho cannot be reached', async () => {
    const name = await someConnected();
    zoho().control.addFault({ kind: 'error', status: 503, operation: 'revokeToken', times: 1 });

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
    const json = { clientId: DEMO_CLIENT_ID, clientSecret: 'renewed' };

    const answer = await api.call('PUT', `/api/v1/connections/${name}`, { json, as: 'admin' });

    assert.deepEqual([answer.status, connectionOf(answer).status], [200, 'connected']);
    assert.equal(openSecrets(KEY_RING, await row(name)).clientSecret, 'renewed');
  });

  it('creates by POST once, and by PUT as often as it is sent', async () => {
    const name = await someClient();
    const json = { clientId: DEMO_CLIENT_ID, clientSecret: 'again' };
    const put = (path: string) => api.call('PUT', `/api/v1/connections/${path}`, { json, as: 'admin' });

    const second = await api.call('POST', '/api/v1/connections', { json: { name, ...json }, as: 'admin' });
    const puts = [await put('put_twice'), await put('put_twice')];

    assert.deepEqual([second.status, problemOf(second).code], [409, 'connection_exists']);
    assert.deepEqual(
      puts.map(({ status }) => status),
      [201, 200],
    );
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
    for (const action of ['create', 'authorize', 'callback', 'grant_code', 'refresh', 'revoke']) {
      assert.ok(actions.has(`connection.${action}`), action);
    }
  });
});

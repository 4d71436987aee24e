import assert from 'node:assert/strict';
import type { Answer } from '../support/api';
import { problemOf, useConnections } from './support';

describe('connecting an organization is safe against', () => {
  const { api, comeBack, consent, post, row, selfClientCode, someClient, tokenCalls, zoho } = useConnections();

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
    const other = { clientId: '1000.OTHER', clientSecret: 'other' };
    await api.call('PUT', `/api/v1/connections/${name}`, { json: other, as: 'admin' });

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
    assert.equal(zoho().control.calls().operations['revokeToken']?.calls, 1);
  });

  it('roles below admin', async () => {
    const name = await someClient();
    for (const path of ['authorization', 'grant-code', 'refresh', 'revoke']) {
      assert.equal((await post(`${name}/${path}`, { code: 'c' }, 'operator')).status, 403, path);
    }
    const json = { clientId: 'a', clientSecret: 'b' };
    assert.equal((await api.call('POST', '/api/v1/connections', { json })).status, 403);
    assert.equal((await api.call('POST', '/api/v1/encryption-keys/rotate')).status, 403);
  });
});

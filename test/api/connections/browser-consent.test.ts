import assert from 'node:assert/strict';
import { DEMO_CLIENT_ID } from '../../../simulator';
import { listOpenAlerts } from '../../../src/db/health/alerts';
import { CALLBACK, connectionOf, useConnections } from './support';

describe('connecting an organization in the browser', () => {
  const { api, comeBack, consent, lose, post, row, someClient, someConnected, zoho } = useConnections();

  it('connects the organization of the person who follows the URL to its end', async () => {
    const name = await someClient();
    const begun = await post(`${name}/authorization`);
    const { authorizationUrl } = begun.body as { authorizationUrl: string };

    const page = await fetch(authorizationUrl);

    assert.equal(page.status, 200);
    assert.match(await page.text(), new RegExp(`<h1>Connected</h1>[^]*${name}`));
    const connection = connectionOf(await api.call('GET', `/api/v1/connections/${name}`, { as: 'viewer' }));
    assert.equal(connection.status, 'connected');
    assert.deepEqual(connection.missingScopes, []);
    assert.equal(connection.apiDomain, zoho().url);
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

  it('answers a page that reveals nothing and is not cached', async () => {
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

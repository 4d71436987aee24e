import assert from 'node:assert/strict';
import { ZohoAccounts } from '../../../src/zoho/auth/oauth';
import type { ErrorCategory } from '../../../src/zoho/errors/errors';
import type { ZohoCall } from '../../../src/zoho/http/call-report';
import { failureOf } from '../support/failures';
import { StubZoho } from '../support/stub-zoho';

const SECRETS = ['s3cret-of-client', '1000.refresh.t0ken', '1000.access.t0ken', '1000.grant.c0de'];

describe('accounts server', () => {
  let zoho: StubZoho;
  let accounts: ZohoAccounts;
  let calls: ZohoCall[];

  beforeEach(async () => {
    zoho = await StubZoho.start();
    calls = [];
    accounts = new ZohoAccounts({
      accountsUrl: zoho.url,
      allowLoopback: true,
      clientId: '1000.client',
      clientSecret: 's3cret-of-client',
      redirectUri: 'https://app.test/cb',
      timeoutMs: 1_000,
      observer: (call) => calls.push(call),
    });
  });
  afterEach(async () => {
    await zoho.stop();
    await accounts.close();
  });

  const tokens = (more: object = {}) => ({
    access_token: '1000.access.t0ken',
    api_domain: zoho.url,
    token_type: 'Bearer',
    expires_in: 3600,
    ...more,
  });
  const refresh = () => accounts.refresh('1000.refresh.t0ken');

  it('refreshes with the secrets in the body, not in the URL', async () => {
    zoho.answer(200, tokens());
    const token = await refresh();
    assert.equal(token.accessToken, '1000.access.t0ken');
    assert.equal(token.apiDomain, zoho.url);
    assert.equal(zoho.last.url.href, 'http://stub.invalid/oauth/v2/token');
    assert.deepEqual(Object.fromEntries(new URLSearchParams(zoho.last.body)), {
      grant_type: 'refresh_token',
      client_id: '1000.client',
      client_secret: 's3cret-of-client',
      refresh_token: '1000.refresh.t0ken',
    });
  });

  it('exchanges a grant code for both tokens', async () => {
    zoho.answer(200, tokens({ refresh_token: '1000.refresh.t0ken' }));
    const granted = await accounts.exchange('1000.grant.c0de');
    assert.equal(granted.refreshToken, '1000.refresh.t0ken');
    const form = new URLSearchParams(zoho.last.body);
    assert.equal(form.get('grant_type'), 'authorization_code');
    assert.equal(form.get('redirect_uri'), 'https://app.test/cb');
  });

  it('tells which scopes were granted, where Zoho does', async () => {
    zoho.answer(200, tokens({ scope: 'ZohoCRM.modules.ALL ZohoCRM.org.READ' }));
    const said = await accounts.exchange('1000.grant.c0de');
    zoho.answer(200, tokens());
    const unsaid = await accounts.exchange('1000.grant.c0de');
    assert.deepEqual([said.scopes, unsaid.scopes], [['ZohoCRM.modules.ALL', 'ZohoCRM.org.READ'], null]);
  });

  it('tells when a repeated consent brought no refresh token', async () => {
    zoho.answer(200, tokens());
    assert.equal((await accounts.exchange('1000.grant.c0de')).refreshToken, null);
  });

  it('revokes a refresh token', async () => {
    zoho.answer(200, { status: 'success' });
    await accounts.revoke('1000.refresh.t0ken');
    assert.equal(zoho.last.url.pathname, '/oauth/v2/token/revoke');
    assert.equal(zoho.last.body, 'token=1000.refresh.t0ken');
  });

  it('understands lifetimes in seconds, in milliseconds and missing', async () => {
    const forms = [{ expires_in: 3600 }, { expires_in: 3_600_000, expires_in_sec: 3600 }, { expires_in: 3_600_000 }];
    for (const form of [...forms, { expires_in: undefined }, { expires_in: '3600' }]) {
      zoho.answer(200, tokens(form));
      const before = Date.now();
      const lifetime = (await refresh()).expiresAt.getTime() - before;
      assert.ok(lifetime >= 3_590_000 && lifetime <= 3_610_000, JSON.stringify(form));
    }
  });

  const refusals: [status: number, body: unknown, category: ErrorCategory][] = [
    [200, { error: 'invalid_code' }, 'auth_revoked'],
    [200, { error: 'invalid_client' }, 'auth_revoked'],
    [200, { error: 'invalid_client_secret' }, 'auth_revoked'],
    [200, { error: 'invalid_redirect_uri' }, 'auth_revoked'],
    [200, { error: 'redirect_uri_mismatch' }, 'auth_revoked'],
    [200, { error: 'invalid_scope' }, 'auth_revoked'],
    [200, { error: 'access_denied' }, 'auth_revoked'],
    [200, { error: 'general_error' }, 'server'],
    [200, { error: 'something_new' }, 'validation'],
    [
      400,
      { error: 'Access Denied', error_description: 'You have made too many requests continuously.', status: 'failure' },
      'auth_throttled',
    ],
    [429, {}, 'auth_throttled'],
    [500, '<html>outage</html>', 'server'],
    [503, { error: 'invalid' }, 'server'],
    [401, { code: 'INVALID_TOKEN', message: 'invalid oauth token' }, 'server'],
    [403, '<html>forbidden</html>', 'server'],
    [400, {}, 'server'],
    [200, '<html>maintenance</html>', 'network'],
    [200, { scope: 'no token at all' }, 'server'],
  ];
  for (const [status, body, category] of refusals) {
    it(`takes HTTP ${status} ${JSON.stringify(body).slice(0, 40)} as ${category}`, async () => {
      zoho.answer(status, body);
      const error = await failureOf(refresh());
      assert.equal(error.category, category);
      assert.equal(error.operation, 'refresh_token');
      assert.deepEqual(
        calls.map(({ operation, credits, failure }) => ({ operation, credits, failure })),
        [{ operation: 'refresh_token', credits: 0, failure: category }],
      );
    });
  }

  it('waits a minute before it asks again for a token when too many were asked for', async () => {
    zoho.answer(400, { error: 'Access Denied', status: 'failure' });
    const error = await failureOf(refresh());
    assert.deepEqual([error.retryable, error.retryAfterMs], [true, 60_000]);
  });

  for (const named of [undefined, null, '']) {
    it(`takes ${JSON.stringify(named)} for the API domain as none, and the one known from before in its place`, async () => {
      const { port } = new URL(zoho.url);
      const known = new ZohoAccounts({
        accountsUrl: zoho.url,
        allowLoopback: true,
        apiDomain: `http://localhost:${port}`,
        clientId: 'a',
        clientSecret: 'b',
        timeoutMs: 1_000,
      });
      zoho.answer(200, tokens({ api_domain: named }));

      assert.equal((await known.refresh('1000.refresh.t0ken')).apiDomain, `http://localhost:${port}`);
      assert.equal((await refresh()).apiDomain, zoho.url);
      await known.close();
    });
  }

  it('refuses a token for an API domain outside the data center', async () => {
    zoho.answer(200, tokens({ api_domain: 'https://www.zohoapis.com' }));
    const error = await failureOf(refresh());
    assert.deepEqual([error.code, error.retryable], ['API_DOMAIN_NOT_ALLOWED', false]);
  });

  it('refuses to send secrets to a host that is not an accounts server of Zoho', () => {
    const client = { clientId: 'a', clientSecret: 'b', timeoutMs: 1_000 };
    assert.throws(
      () => new ZohoAccounts({ ...client, accountsUrl: 'https://accounts.zoho.com.evil.test' }),
      /not one of Zoho/,
    );
  });

  it('keeps every secret out of failures and reports', async () => {
    for (const [status, body] of refusals) {
      zoho.answer(status, typeof body === 'string' ? body : { ...(body as object), echo: SECRETS });
      const error = await failureOf(refresh());
      const written = `${error.stack}${JSON.stringify(error)}${JSON.stringify(calls)}`;
      for (const secret of SECRETS) assert.ok(!written.includes(secret));
    }
  });

  it('stops at once when it is aborted', async () => {
    const abort = new AbortController();
    zoho.respond(() => abort.abort(new Error('CANCELLED')));
    await assert.rejects(accounts.refresh('1000.refresh.t0ken', { signal: abort.signal }), /CANCELLED/);
  });
});

import assert from 'node:assert/strict';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET } from '../../simulator';
import { accessToken, refresh, startTestBed, type TestBed } from './support';

describe('simulator: OAuth', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed();
  });

  afterEach(() => bed.close());

  it('gives an access token for an hour that points to the simulator', async () => {
    const body = (await (await refresh(bed.simulator.url)).json()) as Record<string, unknown>;

    assert.equal(body['api_domain'], bed.simulator.url);
    assert.equal(body['expires_in'], 3_600);
    assert.equal('refresh_token' in body, false);
  });

  it('takes parameters from the query and from multipart forms', async () => {
    const parameters = {
      grant_type: 'refresh_token',
      client_id: DEMO_CLIENT_ID,
      client_secret: DEMO_CLIENT_SECRET,
      refresh_token: '1000.simulator.refresh',
    };
    const form = new FormData();
    for (const [name, value] of Object.entries(parameters)) form.set(name, value);
    const url = `${bed.simulator.url}/oauth/v2/token`;

    const answers = [
      await fetch(`${url}?${String(new URLSearchParams(parameters))}`, { method: 'POST' }),
      await fetch(url, { method: 'POST', body: form }),
    ];

    for (const answer of answers) assert.match(await answer.text(), /access_token/);
  });

  it('reports refusals with status 200', async () => {
    const answers = await Promise.all(
      [{ client_id: 'x' }, { client_secret: 'x' }, { refresh_token: 'x' }].map((change: Record<string, string>) =>
        refresh(bed.simulator.url, change),
      ),
    );

    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.deepEqual(await Promise.all(answers.map((answer) => answer.json())), [
      { error: 'invalid_client' },
      { error: 'invalid_client_secret' },
      { error: 'invalid_code' },
    ]);
  });

  it('mints ten tokens in ten minutes', async () => {
    for (let i = 0; i < 9; i++) await refresh(bed.simulator.url);
    const eleventh = await refresh(bed.simulator.url);
    bed.simulator.control.moveClock({ advance: 600_001 });

    const later = await refresh(bed.simulator.url);

    assert.equal(eleventh.status, 400);
    assert.match(await eleventh.text(), /too many requests continuously/);
    assert.equal(later.status, 200);
  });

  it('lets a browser consent, redeems the code once, and revokes', async () => {
    const consent = new URLSearchParams({
      response_type: 'code',
      client_id: DEMO_CLIENT_ID,
      redirect_uri: 'https://app.test/cb',
      scope: 'ZohoCRM.modules.ALL',
      state: 'xyz',
      access_type: 'offline',
    });
    const redirect = await fetch(`${bed.simulator.url}/oauth/v2/auth?${String(consent)}`, { redirect: 'manual' });
    const target = new URL(redirect.headers.get('location') ?? '');
    const redeem = async (): Promise<Record<string, string>> => {
      const changes = { grant_type: 'authorization_code', code: target.searchParams.get('code') ?? '' };
      return (await (await refresh(bed.simulator.url, changes)).json()) as Record<string, string>;
    };

    const granted = await redeem();
    const again = await redeem();
    const foreign = await bed.call('/crm/v8/org', { headers: { Authorization: `Bearer ${granted['access_token']}` } });
    await fetch(`${bed.simulator.url}/oauth/v2/token/revoke?token=${granted['refresh_token']}`, { method: 'POST' });
    const revoked = await refresh(bed.simulator.url, { refresh_token: granted['refresh_token'] ?? '' });

    assert.equal(target.searchParams.get('state'), 'xyz');
    assert.equal(target.searchParams.get('accounts-server'), bed.simulator.url);
    assert.deepEqual(again, { error: 'invalid_code' });
    assert.equal(foreign.body.code, 'OAUTH_SCOPE_MISMATCH');
    assert.deepEqual(await revoked.json(), { error: 'invalid_code' });
  });

  it('refuses a token after its hour', async () => {
    bed.simulator.control.moveClock({ advance: 3_600_001 });

    const { status, body } = await bed.call('/crm/v8/org');

    assert.equal(status, 401);
    assert.equal(body.code, 'INVALID_TOKEN');
  });

  it('keeps refresh tokens when access tokens are ended', async () => {
    bed.simulator.control.expireAccessTokens();
    const refused = await bed.call('/crm/v8/org');

    const renewed = await accessToken(bed.simulator.url);

    assert.equal(refused.status, 401);
    assert.ok(renewed);
  });
});

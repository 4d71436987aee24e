import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request as requestPlain, type RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN, startSimulator } from '../../simulator';
import { type Body, startTestBed, type TestBed } from './support';

const FIXTURES = path.join(__dirname, 'fixtures');
const CERTIFICATE = readFileSync(path.join(FIXTURES, 'localhost-cert.pem'), 'utf8');
const KEY = readFileSync(path.join(FIXTURES, 'localhost-key.pem'), 'utf8');

/** Sends a call to the simulator under another host name. */
function send(url: string, options: RequestOptions & { readonly ca?: string }): Promise<Body> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https') ? requestSecure : requestPlain;
    request(url, options, (response) => {
      json(response).then((body) => resolve(body as Body), reject);
    })
      .on('error', reject)
      .end();
  });
}

describe('simulator: hosts', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed({ deals: 10, dataCenter: 'eu' });
  });

  afterEach(() => bed.close());

  function organization(host: string): Promise<Body> {
    const headers = { Host: host, Authorization: `Zoho-oauthtoken ${bed.token}` };
    return send(`${bed.simulator.url}/crm/v8/org`, { headers });
  }

  function token(host: string): Promise<Body> {
    const parameters = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: DEMO_CLIENT_ID,
      client_secret: DEMO_CLIENT_SECRET,
      refresh_token: DEMO_REFRESH_TOKEN,
    });
    const url = `${bed.simulator.url}/oauth/v2/token?${String(parameters)}`;
    return send(url, { method: 'POST', headers: { Host: host } });
  }

  it('answer under the names of the own data center', async () => {
    const issued = await token('accounts.zoho.eu');
    const answer = await organization('www.zohoapis.eu');

    assert.equal(issued['api_domain'], 'http://www.zohoapis.eu');
    assert.ok(Array.isArray(answer['org']));
  });

  it('refuse tokens of another data center', async () => {
    const issued = await token('accounts.zoho.com');
    const answer = await organization('www.zohoapis.com');

    assert.deepEqual([issued['error'], answer.code], ['invalid_code', 'INVALID_TOKEN']);
  });

  it('refuse names that are none of Zoho, and other services', async () => {
    const unknown = await organization('www.zohoapis.example');
    const accounts = await organization('accounts.zoho.eu');

    assert.deepEqual([unknown.code, accounts.code], ['INVALID_HOST', 'INVALID_URL_PATTERN']);
  });

  it('unlistedDataCenters says which data centers nobody documents have a CRM host', async () => {
    const before = await organization('www.zohoapis.uk');
    bed.simulator.control.setSwitches({ unlistedDataCenters: 'uk' });
    const after = await organization('www.zohoapis.uk');

    assert.deepEqual([before.code, after.code], ['INVALID_HOST', 'INVALID_TOKEN']);
  });

  for (const [name, usual, other] of [
    ['uploadHostCa', 'upload.zohocloud.ca', 'content.zohoapis.ca'],
    ['uploadHostSa', 'files.zoho.sa', 'content.zohoapis.sa'],
  ] as const) {
    it(`${name} says which host takes uploads`, async () => {
      const knows = async (host: string): Promise<boolean> => (await organization(host)).code !== 'INVALID_HOST';

      const before = [await knows(usual), await knows(other)];
      bed.simulator.control.setSwitches({ [name]: other });
      const after = [await knows(usual), await knows(other)];

      assert.deepEqual(
        [before, after],
        [
          [true, false],
          [false, true],
        ],
      );
    });
  }

  it('speak HTTPS with a certificate', async () => {
    const secure = await startSimulator({ deals: 1, tls: { cert: CERTIFICATE, key: KEY } });
    const answer = await send(`${secure.url}/oauth/serverinfo`, { ca: CERTIFICATE });
    await secure.close();

    assert.match(secure.url, /^https:/);
    assert.deepEqual(answer['locations'], { us: secure.url });
  });
});

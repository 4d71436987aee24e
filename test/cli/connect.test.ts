import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  type Simulator,
  startSimulator,
} from '../../simulator';
import { secretReader } from '../../src/cli/input/read-secret';
import { runCli } from '../../src/cli/program';
import { getConnection, insertConnection } from '../../src/db/connections/connections';
import { NO_TEMPORAL, useApi } from '../api/support/api';
import { KEY_RING } from '../db/support';
import { poll } from '../support/poll';
import { type Outcome, pulse } from './support';

describe('pulse connect', () => {
  let simulator: Simulator;
  const api = useApi(
    () => NO_TEMPORAL,
    () => simulator.url,
  );
  before(async () => {
    simulator = await startSimulator({ deals: 10 });
  });
  after(() => simulator.close());

  let made = 0;
  async function someConnection(refreshToken = ''): Promise<string> {
    made += 1;
    const client = { clientId: DEMO_CLIENT_ID, clientSecret: DEMO_CLIENT_SECRET, dataCenter: 'us' };
    const accountsUrl = simulator.url;
    return (await insertConnection(api.knex, KEY_RING, { name: `cli${made}`, accountsUrl, refreshToken, ...client }))
      .name;
  }
  const asAdmin = (...args: string[]): Promise<Outcome> => pulse(api, args, api.keys.admin);

  it('prints the address of the consent, waits for it, and shows the connection', async () => {
    const name = await someConnection();
    const announced = { out: '', err: '' };
    const waiting = runCli(['connect', '--connection', name, '--no-open'], {
      environment: { PULSE_API_URL: api.baseUrl, PULSE_API_KEY: api.keys.admin },
      out: (text) => void (announced.out += text),
      err: (text) => void (announced.err += text),
    });
    const address = await poll(async () => /^http\S+$/m.exec(announced.err)?.[0], { what: 'the address is printed' });

    const page = await fetch(address);

    assert.match(await page.text(), /Connected/);
    assert.equal(await waiting, 0);
    assert.match(announced.out, /^status +connected$/m);
  });

  it('refuses a grant code that Zoho does not take, with exit code 4 and without repeating it', async () => {
    const name = await someConnection();

    const { code, err } = await asAdmin('connect', '--connection', name, '--grant-code', '1000.c0de.wrong');

    assert.equal(code, 4);
    assert.match(err, /Begin again with a new one/);
    assert.ok(!err.includes('1000.c0de.wrong'));
  });

  it('shows the state of the grant', async () => {
    const name = await someConnection(DEMO_REFRESH_TOKEN);

    const { code, out } = await pulse(api, ['connect', '--status', '--connection', name], api.keys.viewer);

    assert.equal(code, 0);
    assert.match(out, /^status +connected$/m);
    assert.match(out, /^tokens +0 of 10/m);
  });

  it('says that a key without the role may not connect', async () => {
    const { code, err } = await pulse(api, ['connect', '--connection', await someConnection()], api.keys.operator);

    assert.equal(code, 4);
    assert.match(err, /role admin/);
  });

  it('disconnects', async () => {
    const name = await someConnection(DEMO_REFRESH_TOKEN);

    const { code, out } = await asAdmin('disconnect', '--connection', name);

    assert.equal(code, 0);
    assert.match(out, /^status +disconnected$/m);
    assert.equal((await getConnection(api.knex, name)).refreshTokenEncrypted, null);
  });

  it('rotates the keys', async () => {
    const { code, out } = await asAdmin('secrets', 'rotate');

    assert.equal(code, 0);
    assert.match(out, /encrypted with the key test/);
  });
});

describe('a secret on standard input', () => {
  it('is read a line at a time', async () => {
    const input = new PassThrough();
    input.end('first secret\n second \n');
    const secrets = secretReader(input);

    assert.deepEqual([await secrets.ask('One'), await secrets.ask('Two')], ['first secret', 'second']);
    await assert.rejects(secrets.ask('Three'), /Three is missing/);
    secrets.close();
  });

  it('is asked for at a terminal, and not shown while it is typed', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const prompts = new PassThrough();
    const secrets = secretReader(input, prompts);
    const asked = secrets.ask('Client secret');
    input.write('hidden\r');

    const secret = await asked;
    secrets.close();

    assert.equal(secret, 'hidden');
    assert.equal(String(prompts.read()), 'Client secret (not shown): \n');
  });
});

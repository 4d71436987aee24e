import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identifyProcess } from '../../../dev/processes/process-identity.cjs';
import { findApi } from '../../../src/cli/client/api-address';
import { CliError } from '../../../src/cli/client/errors';

const LIVE = 'http://192.0.2.7:8601';
const ENCRYPTED = { allowHttp: false };
const refused = (why: RegExp) => (error: unknown) =>
  error instanceof CliError && error.exitCode === 2 && why.test(error.message);

describe('findApi', () => {
  let home: string;
  before(() => {
    home = mkdtempSync(path.join(tmpdir(), 'pulse-cli-'));
    writeFileSync(path.join(home, 'api-key'), 'pps_kept\n');
    run('up');
  });
  after(() => rmSync(home, { recursive: true }));

  /** Leaves what a run keeps: of one that is up, or of one whose process has ended, also if another has its number. */
  function run(state: 'up' | 'ended'): void {
    const addresses = { 'Control API': `${LIVE}/api/v1  (key in .pulse/api-key)` };
    const own = identifyProcess(process.pid);
    const identity = state === 'up' ? own : { ...own, startedAt: 'boot/1' };
    writeFileSync(path.join(home, 'run.json'), JSON.stringify({ addresses, children: [{ name: 'API', identity }] }));
  }

  it('finds what npm start keeps while it runs', () => {
    assert.deepEqual(findApi(undefined, { PULSE_HOME: home }, ENCRYPTED), { baseUrl: LIVE, apiKey: 'pps_kept' });
  });

  it('sends the kept key nowhere once that run has ended', () => {
    run('ended');
    const found = [undefined, LIVE].map((option) => findApi(option, { PULSE_HOME: home }, ENCRYPTED).apiKey);
    run('up');

    assert.deepEqual(found, [undefined, undefined]);
  });

  it('prefers the environment to that, and the option to both', () => {
    const environment = { PULSE_HOME: home, PULSE_API_URL: 'https://pulse.example/', PULSE_API_KEY: 'pps_own' };

    const addresses = [undefined, 'https://other.example:99/api/v1'].map((option) =>
      findApi(option, environment, ENCRYPTED),
    );

    assert.deepEqual(addresses, [
      { baseUrl: 'https://pulse.example', apiKey: 'pps_own' },
      { baseUrl: 'https://other.example:99', apiKey: 'pps_own' },
    ]);
  });

  it('keeps the kept key from any other address, on this machine too', () => {
    const others = ['http://127.0.0.1:1', 'http://localhost:8601', 'http://[::1]:8601', 'https://192.0.2.7:8601'];

    const keys = others.map((option) => findApi(option, { PULSE_HOME: home }, ENCRYPTED).apiKey);

    assert.deepEqual(new Set(keys), new Set([undefined]));
  });

  it('does not send the key of the environment to an address that a file names', () => {
    for (const folder of [home, '/nonexistent']) {
      assert.throws(
        () => findApi(undefined, { PULSE_HOME: folder, PULSE_API_KEY: 'pps_own' }, ENCRYPTED),
        refused(/name the address that it is for/),
      );
    }
  });

  it('sends no key to another machine in the clear, unless told to', () => {
    const environment = { PULSE_API_KEY: 'pps_own' };
    for (const option of ['http://pulse.example', 'http://127.0.0.1.example', 'http://192.0.2.8:8600']) {
      assert.throws(() => findApi(option, environment, ENCRYPTED), refused(/HTTP does not encrypt the key/));
      assert.equal(findApi(option, environment, { allowHttp: true }).apiKey, 'pps_own');
    }
    for (const option of ['http://127.0.0.1:1', 'http://localhost:2', 'http://[::1]:3', 'https://pulse.example']) {
      assert.equal(findApi(option, environment, ENCRYPTED).apiKey, 'pps_own');
    }
  });

  it('refuses what is not an address', () => {
    for (const option of ['localhost:8600', 'ftp://host', 'http://']) {
      assert.throws(() => findApi(option, {}, ENCRYPTED), refused(/is not the address of a control API/));
    }
  });

  it('takes a run file that is no run for none, however long it is', () => {
    for (const text of ['', '[]', '{"addresses":', `{"addresses":{"Control API":"${'http://'.repeat(200_000)}"}}`]) {
      writeFileSync(path.join(home, 'run.json'), text);

      assert.equal(findApi(undefined, { PULSE_HOME: home }, ENCRYPTED).apiKey, undefined);
    }
    run('up');
  });
});

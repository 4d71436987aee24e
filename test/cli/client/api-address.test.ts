import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findApi } from '../../../src/cli/client/api-address';
import { CliError } from '../../../src/cli/client/errors';

describe('findApi', () => {
  let home: string;
  before(() => {
    home = mkdtempSync(path.join(tmpdir(), 'pulse-cli-'));
    writeFileSync(path.join(home, 'api-key'), 'pps_kept\n');
    const addresses = { 'Control API': 'http://192.0.2.7:8601/api/v1  (key in .pulse/api-key)' };
    writeFileSync(path.join(home, 'run.json'), JSON.stringify({ addresses, children: [] }, null, 2));
  });
  after(() => rmSync(home, { recursive: true }));

  it('finds what npm start keeps', () => {
    assert.deepEqual(findApi(undefined, { PULSE_HOME: home }), {
      baseUrl: 'http://192.0.2.7:8601',
      apiKey: 'pps_kept',
    });
  });

  it('prefers the environment to that, and the option to both', () => {
    const environment = { PULSE_HOME: home, PULSE_API_URL: 'https://pulse.example/', PULSE_API_KEY: 'pps_own' };

    const addresses = [undefined, 'http://other.example:99/api/v1'].map((option) => findApi(option, environment));

    assert.deepEqual(addresses, [
      { baseUrl: 'https://pulse.example', apiKey: 'pps_own' },
      { baseUrl: 'http://other.example:99', apiKey: 'pps_own' },
    ]);
  });

  it('keeps the kept key from a host that an option names', () => {
    const keys = ['http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1', 'https://127.0.0.1.example'].map(
      (option) => findApi(option, { PULSE_HOME: home }).apiKey,
    );

    assert.deepEqual(keys, ['pps_kept', 'pps_kept', 'pps_kept', undefined]);
  });

  it('refuses what is not an address', () => {
    for (const option of ['localhost:8600', 'ftp://host', 'http://']) {
      assert.throws(
        () => findApi(option, {}),
        (error) => error instanceof CliError && error.exitCode === 2,
      );
    }
  });
});

import assert from 'node:assert/strict';
import { loadConfig } from '../src/config';

describe('loadConfig', () => {
  for (const name of [...Object.keys(loadConfig({})), 'PULSE_WORKER_METRICS_PORT']) {
    it(`takes ${name} set to nothing as not set`, () => {
      for (const nothing of ['', ' ']) assert.deepEqual(loadConfig({ [name]: nothing }), loadConfig({}));
    });
  }

  it('names each variable that it cannot use', () => {
    assert.throws(
      () => loadConfig({ PULSE_API_PORT: 'eighty', PULSE_LOG_LEVEL: 'verbose', PULSE_PUBLIC_URL: 'crm.example.com' }),
      /PULSE_API_PORT: .*PULSE_PUBLIC_URL: .*PULSE_LOG_LEVEL: /,
    );
  });
});

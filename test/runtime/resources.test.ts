import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { loadConfig } from '../../src/config';
import { CreditBroker } from '../../src/connection/broker/broker';
import { createLogger } from '../../src/logger';
import { openResources } from '../../src/runtime/resources';

describe('opening the resources of a process', () => {
  const variable = process.env['TEMPORAL_CONFIG_FILE'];
  afterEach(() => {
    mock.restoreAll();
    if (variable === undefined) delete process.env['TEMPORAL_CONFIG_FILE'];
    else process.env['TEMPORAL_CONFIG_FILE'] = variable;
  });

  it("closes what it has opened when Temporal's own configuration cannot be read", async () => {
    const close = mock.method(CreditBroker.prototype, 'close');
    process.env['TEMPORAL_CONFIG_FILE'] = __filename;
    const config = loadConfig({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' });

    const logger = createLogger('test', 'silent');
    await assert.rejects(async () =>
      openResources(config, { applicationName: 'test', pool: 2, defaultPriority: 'full', logger }),
    );

    assert.equal(close.mock.callCount(), 1);
  });
});

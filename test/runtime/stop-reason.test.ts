import assert from 'node:assert/strict';
import { NamespaceNotFoundError } from '@temporalio/client';
import { stopReason } from '../../src/runtime/stop-reason';

describe('the reason why a process stops', () => {
  it('names the setting that leads to a missing namespace', () => {
    assert.match(stopReason(new NamespaceNotFoundError('elsewhere')), /elsewhere.*TEMPORAL_NAMESPACE/);
  });

  it('says that PostgreSQL cannot be reached, whatever the driver says', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
    assert.equal(stopReason(refused), 'PostgreSQL cannot be reached.');
  });

  it('has no stack', () => {
    assert.equal(stopReason(new Error('The port is taken.')), 'The port is taken.');
    assert.equal(stopReason('a text'), 'a text');
  });
});

import assert from 'node:assert/strict';
import { priorityOfSession } from '../../../src/domain/credits/priorities';
import { SESSION_TYPES } from '../../../src/domain/runs/enums';

describe('the priority of a session', () => {
  it('follows from what the session is for', () => {
    assert.deepEqual(Object.fromEntries(SESSION_TYPES.map((type) => [type, priorityOfSession(type)])), {
      full_sync: 'full',
      incremental_sync: 'incremental',
      manual_refresh: 'interactive',
      webhook_update: 'webhook',
      verification: 'verify',
      nightly: 'full',
      push: 'push',
    });
  });
});

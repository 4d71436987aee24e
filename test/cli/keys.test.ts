import assert from 'node:assert/strict';
import { NO_TEMPORAL, useApi } from '../api/support/api';
import { pulse } from './support';

describe('pulse keys', () => {
  const api = useApi(() => NO_TEMPORAL);
  const asAdmin = (...args: string[]) => pulse(api, ['keys', ...args], api.keys.admin);

  it('creates a key that works, lists it, and revokes it', async () => {
    const created = await asAdmin('create', 'night job', '--role', 'operator', '--days', '3');
    const secret = /^pps_\S+$/m.exec(created.out)?.[0] ?? '';
    const prefix = secret.split('_')[1] ?? '';

    const works = await pulse(api, ['sessions', 'list'], secret);
    const listed = await asAdmin('list');
    const revoked = await asAdmin('revoke', prefix);
    const fails = await pulse(api, ['sessions', 'list'], secret);

    assert.deepEqual([created.code, works.code, revoked.code, fails.code], [0, 0, 0, 4]);
    assert.match(listed.out, new RegExp(`^${prefix}  night job +operator  usable`, 'm'));
    assert.match(revoked.out, /^status +revoked$/m);
  });

  it('says that a key needs a name', async () => {
    assert.equal((await asAdmin('create', ' ')).code, 2);
  });
});

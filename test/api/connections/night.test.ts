import assert from 'node:assert/strict';
import type { Connection } from '../../../src/api/connections/schemas';
import { pulse } from '../../cli/support';
import { someConnection } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';

describe('the night of a connection', () => {
  const api = useApi(() => NO_TEMPORAL);
  let name: string;
  beforeEach(async () => {
    ({ name } = await someConnection(api.knex));
  });
  const set = (json: object) => api.call('PATCH', `/api/v1/connections/${name}`, { as: 'admin', json });

  it('is changed by parts', async () => {
    await set({ nightlyAt: '02:00', scheduleTimeZone: 'Europe/Berlin' });

    const { body } = await set({ nightlyParallelism: 4 });

    const { nightlyAt, scheduleTimeZone, nightlyParallelism } = (body as { connection: Connection }).connection;
    assert.deepEqual([nightlyAt, scheduleTimeZone, nightlyParallelism], ['02:00', 'Europe/Berlin', 4]);
  });

  it('has a time of day in a zone that there is', async () => {
    const answers = [await set({ nightlyAt: '25:00' }), await set({ scheduleTimeZone: 'Europe/Atlantis' })];

    assert.deepEqual(
      answers.map(({ status }) => status),
      [422, 422],
    );
  });

  it('is set and shown by pulse', async () => {
    const connections = (...args: string[]) => pulse(api, ['connections', ...args], api.keys.admin);

    const changed = await connections('set', name, '--nightly-at', '02:00', '--time-zone', 'Europe/Berlin');
    const listed = await connections('list');
    const back = await connections('set', name, '--time-zone', 'organization');
    const shown = await connections('show', name);

    assert.deepEqual([changed.code, listed.code, back.code, shown.code], [0, 0, 0, 0], changed.err);
    assert.match(listed.out, new RegExp(`${name} +connected +02:00 Europe/Berlin`));
    assert.match(shown.out, /night +02:00 UTC, 2 modules at a time/);
  });
});

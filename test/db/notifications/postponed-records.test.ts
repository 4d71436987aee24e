import assert from 'node:assert/strict';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import {
  findDueNotified,
  postponeNotified,
  storeNotifications,
} from '../../../src/db/notifications/notification-inbox';
import { someConnection, useDatabase } from '../support';

describe('records that Zoho tells of and refuses to show', () => {
  const database = useDatabase();

  it('are asked for after a minute, and twice as long each time, up to an hour, while others are due', async () => {
    const { knex } = database;
    const { id } = await someConnection(knex);
    await claimMirror(knex, id, { id: '1', apiName: 'Deals' });
    const [mirrorId = 0] = await knex('sync.mirrors').where({ connection_id: id }).pluck<number[]>('id');
    await storeNotifications(knex, [{ mirrorId, operation: 'update', ids: ['7', '8'] }]);
    const minutes: number[] = [];

    for (let attempt = 0; attempt < 8; attempt += 1) {
      await postponeNotified(knex, mirrorId, '7');
      const answer = await knex.raw<{ rows: [{ minutes: number }] }>(
        `select round(extract(epoch from next_attempt_at - now()) / 60)::float8 as minutes
         from sync.notification_inbox where mirror_id = ? and record_id = 7`,
        [mirrorId],
      );
      minutes.push(answer.rows[0].minutes);
    }

    assert.deepEqual(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
    const { records } = await findDueNotified(knex, mirrorId, 10);
    assert.deepEqual(
      records.map((record) => record.id),
      ['8'],
    );
  });
});

import assert from 'node:assert/strict';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import { findDueNotified, settleNotified, storeNotifications } from '../../../src/db/notifications/notification-inbox';
import { withRawTransaction } from '../../../src/db/postgres/raw-connection';
import { someConnection, useDatabase } from '../support';

describe('records that Zoho has told of, once they are read', () => {
  const database = useDatabase();

  it('leave the inbox, but for those that it told of again meanwhile', async () => {
    const { knex } = database;
    const { id } = await someConnection(knex);
    await claimMirror(knex, id, { id: '1', apiName: 'Deals' });
    const [mirrorId = 0] = await knex('sync.mirrors').where({ connection_id: id }).pluck<number[]>('id');
    await storeNotifications(knex, [{ mirrorId, operation: 'update', ids: ['7', '8', '9'] }]);
    const { takenAt } = await findDueNotified(knex, mirrorId, 10);
    await storeNotifications(knex, [{ mirrorId, operation: 'update', ids: ['8', '9'] }]);

    await withRawTransaction(knex, (client) =>
      settleNotified(client, { mirrorId, takenAt, done: ['7', '8'], again: ['9'] }),
    );

    const left = await knex('sync.notification_inbox').where({ mirror_id: mirrorId }).orderBy('record_id');
    assert.deepEqual(
      left.map(({ record_id: record, attempts }: { record_id: string; attempts: number }) => [record, attempts]),
      [
        ['8', 0],
        ['9', 0],
      ],
    );
  });
});

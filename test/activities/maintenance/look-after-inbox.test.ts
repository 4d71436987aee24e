import assert from 'node:assert/strict';
import { lookAfterInbox } from '../../../src/activities/maintenance/look-after-inbox';
import { listOpenAlerts } from '../../../src/db/health/alerts';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import { storeNotifications } from '../../../src/db/notifications/notification-inbox';
import { createLogger } from '../../../src/logger';
import { someConnection, useDatabase } from '../../db/support';

const HOUR_MS = 3_600_000;

describe('what Zoho has told of and nobody has read', () => {
  const database = useDatabase();

  const look = (hours: number) =>
    lookAfterInbox(
      { knex: database.knex, logger: createLogger('test', 'silent') },
      new Date(Date.now() + hours * HOUR_MS),
    );

  it('is an alert after a day, until it is read, and dropped after a week', async () => {
    const { knex } = database;
    const { id } = await someConnection(knex);
    await claimMirror(knex, id, { id: '1', apiName: 'Deals' });
    const [mirrorId = 0] = await knex('sync.mirrors').where({ connection_id: id }).pluck<number[]>('id');
    await storeNotifications(knex, [{ mirrorId, operation: 'update', ids: ['7', '8'] }]);
    const alerts = async () => (await listOpenAlerts(knex, id, 9)).map(({ kind, message }) => `${kind}: ${message}`);
    const inbox = () => knex('sync.notification_inbox').where({ mirror_id: mirrorId }).pluck<string[]>('record_id');

    await look(23);
    assert.deepEqual(await alerts(), []);
    await look(25);
    const [alert, ...more] = await alerts();
    assert.match(
      alert ?? '',
      /^webhook\.inbox_old: 2 records of Deals that Zoho told of have waited for more than a day/,
    );
    assert.deepEqual(more, []);

    await look(7 * 24 - 1);
    assert.equal((await inbox()).length, 2);
    await look(7 * 24 + 1);
    assert.deepEqual([await inbox(), await alerts()], [[], []]);
  });
});

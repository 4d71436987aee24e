import assert from 'node:assert/strict';
import { setConnectionStatus } from '../../../src/db/connections/connections';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import { noteDueQuarantined } from '../../../src/db/mirror/quarantine-entries';
import { findWaitingInboxes } from '../../../src/db/notifications/notification-inbox';
import { someConnection, useDatabase } from '../support';

describe('records in quarantine whose time has come', () => {
  const database = useDatabase();

  /** A module with records in quarantine, by status and the hours until their next question. */
  async function quarantined(
    entries: readonly [status: string, inHours: number | null][],
  ): Promise<{ connectionId: string }> {
    const { id: connectionId } = await someConnection(database.knex);
    await claimMirror(database.knex, connectionId, { id: '1', apiName: 'Deals' });
    for (const [place, [status, inHours]] of entries.entries()) {
      await database.knex.raw(
        `insert into sync.quarantine (connection_id, module_name, record_id, status, field, reason, fields, read_at, next_retry_at)
         values (?, 'Deals', ?, ?, 'amount', 'too long', '[]', now(), now() + make_interval(hours => ?::int))`,
        [connectionId, place + 1, status, inHours],
      );
    }
    return { connectionId };
  }
  const noted = async (connectionId: string) =>
    database
      .knex('sync.notification_inbox as i')
      .join('sync.mirrors as m', 'm.id', 'i.mirror_id')
      .where('m.connection_id', connectionId)
      .orderBy('i.record_id')
      .pluck<string[]>('i.record_id');

  it('are noted to be read at once, and not again for an hour; ignored, closed and later ones are not', async () => {
    const { connectionId } = await quarantined([
      ['open', -1],
      ['open', 1],
      ['ignored', null],
      ['closed', null],
      ['open', 0],
    ]);

    assert.equal(await noteDueQuarantined(database.knex), 2);
    assert.equal(await noteDueQuarantined(database.knex), 0);

    assert.deepEqual(await noted(connectionId), ['1', '5']);
    const waiting = await findWaitingInboxes(database.knex, 10);
    assert.ok(waiting.some((inbox) => inbox.connectionId === connectionId));
  });

  it('wait while the connection cannot be used', async () => {
    const { connectionId } = await quarantined([['open', -1]]);
    await setConnectionStatus(database.knex, connectionId, 'needs_reauth', 'invalid_code');

    await noteDueQuarantined(database.knex);

    assert.deepEqual(await noted(connectionId), []);
  });
});

import assert from 'node:assert/strict';
import { lookAfterChannels } from '../../../src/activities/maintenance/look-after-channels';
import { listOpenAlerts } from '../../../src/db/health/alerts';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import { listChannels, recordChannel } from '../../../src/db/notifications/notification-channels';
import { closeRun } from '../../../src/db/runs/close-run';
import { sessionRun } from '../../../src/domain/runs/run';
import { someConnection, someSession, useDatabase } from '../../db/support';

const MINUTE_MS = 60_000;
const NOW = Date.now();
const ago = (minutes: number) => new Date(NOW - minutes * MINUTE_MS);

describe('what Zoho should tell of', () => {
  const database = useDatabase();
  let connectionId = '';
  let mirrorId = 0;
  let channelId = '';
  beforeEach(async () => {
    const { knex } = database;
    ({ id: connectionId } = await someConnection(knex));
    await claimMirror(knex, connectionId, { id: '1', apiName: 'Deals' });
    [mirrorId = 0] = await knex('sync.mirrors').where({ connection_id: connectionId }).pluck<number[]>('id');
    channelId = connectionId;
    await knex('sync.notification_channels').insert({
      id: channelId,
      mirror_id: mirrorId,
      channel_id: mirrorId,
      state: 'wanted',
    });
    await recordChannel(knex, channelId, { state: 'active', subscribedAt: ago(90) });
  });

  const look = (minutes = 0) => lookAfterChannels({ knex: database.knex }, new Date(NOW + minutes * MINUTE_MS));
  const alerts = async () => (await listOpenAlerts(database.knex, connectionId, 9)).map(({ message }) => message);
  async function channel() {
    const [listed] = await listChannels(database.knex, connectionId);
    return { state: listed?.state, missed: Number(listed?.missed) };
  }

  /** Changes of records that a session of a type was the first to find. */
  async function found(
    sessionType: 'incremental_sync' | 'webhook_update',
    records: number,
    { at = ago(10), changedAt = ago(15) } = {},
  ): Promise<void> {
    const { knex } = database;
    const { id: sessionId } = await someSession(knex, { connectionId, sessionType });
    await closeRun(knex, sessionRun(sessionId), { status: 'failed', reason: 'over' });
    await knex('sync.record_history').insert(
      Array.from({ length: records }, (_, record) => ({
        at,
        connection_id: connectionId,
        mirror_id: mirrorId,
        record_id: record,
        event: 'changed',
        direction: 'from_crm',
        session_id: sessionId,
        crm_modified_time: changedAt,
      })),
    );
  }

  it('is asked for anew, with an alert, where incremental syncs find much of it', async () => {
    await found('incremental_sync', 5);
    await found('webhook_update', 19);

    await look();

    assert.deepEqual(await channel(), { state: 'wanted', missed: 5 });
    assert.match((await alerts())[0] ?? '', /^Zoho did not tell of 5 of 24 changes of Deals;/);
  });

  it('may be missed now and then, which is counted', async () => {
    await found('incremental_sync', 5);
    await found('webhook_update', 20);

    await look();

    assert.deepEqual([await channel(), await alerts()], [{ state: 'active', missed: 5 }, []]);
  });

  it('was not missed where an incremental sync was only faster, or the channel was not there yet', async () => {
    await found('incremental_sync', 9, { at: ago(10), changedAt: ago(11) });
    await found('incremental_sync', 9, { at: ago(10), changedAt: ago(100) });

    await look();

    assert.deepEqual(await channel(), { state: 'active', missed: 0 });
  });

  it('is counted once, an hour at a time, and the alert ends when Zoho tells again', async () => {
    await found('incremental_sync', 9);
    await look();
    await recordChannel(database.knex, channelId, { state: 'active', subscribedAt: new Date(NOW) });
    await look(59);
    assert.equal((await alerts()).length, 1);

    await found('webhook_update', 3, { at: new Date(NOW + 30 * MINUTE_MS) });
    await look(61);

    assert.deepEqual([await channel(), await alerts()], [{ state: 'active', missed: 9 }, []]);
  });
});

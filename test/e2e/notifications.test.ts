import assert from 'node:assert/strict';
import { assertSame } from '../support/compare';
import { housekeep } from '../support/housekeeping';
import type { Org, OrgOptions } from '../support/org';
import { poll } from '../support/poll';
import { useEngineApi } from '../support/use-engine';

/** More than the overlap with which changes are read; an access token outlives it. */
const A_WHILE_MS = 900_000;

describe('what Zoho tells of changes', function () {
  this.timeout(120_000);
  const api = useEngineApi({ worker: { PULSE_NOTIFICATIONS: 'true' } });

  /** An org whose module is mirrored, and of which Zoho tells. */
  async function notified(options: OrgOptions = {}): Promise<Org> {
    const org = await api().engine.org({ contacts: 300, ...options });
    await org.fullSync('Contacts');
    org.zoho.moveClock({ advance: A_WHILE_MS });
    await housekeep(org.engine, 'renewChannels', org.connectionId);
    // What may not have been told of before is read first.
    await poll(async () => (await sessionsOf(org, 'incremental_sync')).length > 0, { what: 'the gap is read' });
    await poll(async () => (await sessionsOf(org, 'incremental_sync')).every(({ status }) => status === 'completed'), {
      what: 'the gap has been read',
    });
    org.zoho.clearCalls();
    return org;
  }

  const sessionsOf = (org: Org, type: string) =>
    org.engine.query<{ id: string; status: string; trigger: string }>(
      `select id, status, trigger from sync.crm_sync_sessions where connection_id = ? and session_type = ? order by id`,
      [org.connectionId, type],
    );
  const inbox = (org: Org) =>
    org.engine.query<{ record_id: string }>(
      `select record_id from sync.notification_inbox i join sync.mirrors m on m.id = i.mirror_id
       where m.connection_id = ?`,
      [org.connectionId],
    );

  async function explain(org: Org): Promise<string> {
    const sessions = await sessionsOf(org, 'webhook_update');
    const logs = await Promise.all(sessions.map(({ id }) => org.logOf(id)));
    return JSON.stringify([org.zoho.calls().operations, sessions, logs, (await inbox(org)).length]);
  }

  async function isSame(org: Org): Promise<void> {
    await poll(async () => (await org.differences('Contacts')).length === 0, { what: 'the mirror is as Zoho' });
    await poll(async () => (await inbox(org)).length === 0, { what: 'the inbox is empty' });
    assertSame(await org.differences('Contacts'));
  }

  it('is in the mirror soon, without a sync, and moves no watermark', async () => {
    const org = await notified();
    const mark = () =>
      org.engine.query('select complete_until from sync.watermarks where connection_id = ?', [org.connectionId]);
    const before = await mark();

    org.zoho.changeRecords('Contacts', { insert: { count: 3 }, update: { count: 5, values: { Title: 'changed' } } });
    org.zoho.changeRecords('Contacts', { delete: { count: 2 } });

    await isSame(org);
    assert.deepEqual(await mark(), before);
    assert.deepEqual(
      (await sessionsOf(org, 'webhook_update')).map(({ status, trigger }) => [status, trigger]),
      [['in_progress', 'notification']],
    );
  });

  it('is read once however often and in which order it is told', async () => {
    const org = await notified();
    org.zoho.setSwitches({ notificationOrder: 'shuffled' });
    org.zoho.addDeliveryRule({ kind: 'duplicate' });

    for (let change = 0; change < 10; change += 1) {
      org.zoho.changeRecords('Contacts', { update: { count: 20, values: { Title: `change ${change}` } } });
    }

    await isSame(org);
  });

  it('comes with the next incremental sync where the notification was lost', async () => {
    const org = await notified();
    org.zoho.addDeliveryRule({ kind: 'drop' });

    org.zoho.changeRecords('Contacts', { update: { count: 5, values: { Title: 'nobody told' } } });
    await org.incrementalSync('Contacts');

    await isSame(org);
    assert.equal((await sessionsOf(org, 'webhook_update')).length, 0);
  });

  it('costs less by a list of changes when ten thousand come at once, and none is lost', async () => {
    const org = await notified({ contacts: 12_000 });

    const { updated } = org.zoho.changeRecords('Contacts', {
      update: { count: 10_000, values: { Title: 'all of them' } },
    });

    await poll(async () => org.zoho.deliveries().pending === 0, { what: 'Zoho has told of them', timeoutMs: 90_000 });
    const options = { what: 'the inbox is empty', timeoutMs: 90_000, pauseMs: 200, explain: async () => explain(org) };
    await poll(async () => (await inbox(org)).length === 0, options);
    assertSame(await org.differences('Contacts'));
    assert.equal(updated.length, 10_000);
    assert.ok(org.calls('listRecords') <= 60, await explain(org));
  });

  it('stays in the inbox while no worker is there, and is read when one is', async () => {
    const org = await notified();
    await api().engine.worker.kill();

    org.zoho.changeRecords('Contacts', { update: { count: 5, values: { Title: 'meanwhile' } } });
    await poll(async () => (await inbox(org)).length === 5, { what: 'the inbox has them' });
    await api().engine.worker.start();

    await isSame(org);
  });

  it('is asked for once more where Zoho does not show it yet', async () => {
    const org = await notified();
    const { updated } = org.zoho.changeRecords('Contacts', { update: { count: 1, values: { Title: 'first' } } });
    await isSame(org);
    const channel = org.zoho.simulation.notifications.channels.list()[0];
    assert.ok(channel);

    // The notification comes before the change.
    const body = {
      channel_id: channel.id,
      token: channel.token,
      module: 'Contacts',
      operation: 'update',
      ids: updated,
    };
    const answer = await fetch(channel.notifyUrl, { method: 'POST', body: JSON.stringify(body) });
    org.zoho.addDeliveryRule({ kind: 'drop' });
    await poll(async () => (await inbox(org)).length === 1, { what: 'it waits for a second look' });
    org.zoho.changeRecords('Contacts', { update: updated.map((id) => ({ id, Title: 'second' })) });

    assert.equal(answer.status, 200);
    await isSame(org);
  });
});

import assert from 'node:assert/strict';
import { renewChannels } from '../../../src/activities/notifications/renew-channels';
import { notificationUrl } from '../../../src/connection/callback-urls';
import { revokeGrant } from '../../../src/connection/consent/refresh-and-revoke';
import type { ConnectSettings } from '../../../src/connection/settings';
import { getConnection } from '../../../src/db/connections/connections';
import { listOpenAlerts } from '../../../src/db/health/alerts';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import { listChannels } from '../../../src/db/notifications/notification-channels';
import { closeRun } from '../../../src/db/runs/close-run';
import { advanceWatermark } from '../../../src/db/sessions/watermarks';
import { sessionRun } from '../../../src/domain/runs/run';
import { KEY_RING, someSession } from '../../db/support';
import { someOrganization, TIMEOUT_MS, useActivities } from '../support';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const PUBLIC = 'https://pulse.example';

describe('channels of notifications', function () {
  this.timeout(60_000);
  const activities = useActivities({ contacts: 5, accounts: 5, leads: 5 });
  let connectionId = '';
  beforeEach(async () => {
    const { knex } = activities;
    await knex.raw('delete from sync.notification_channels');
    await activities.simulator.control.reset();
    ({ id: connectionId } = await someOrganization(knex, activities.simulator.url));
  });

  /** Modules that a full sync has brought into the mirror. */
  async function mirrored(...modules: string[]): Promise<void> {
    for (const [place, apiName] of modules.entries()) {
      const { key } = await claimMirror(activities.knex, connectionId, { id: String(place + 1), apiName });
      const session = await someSession(activities.knex, { connectionId, moduleName: key });
      const completeUntil = new Date();
      await advanceWatermark(activities.knex, { connectionId, moduleName: key, completeUntil, sessionId: session.id });
      await closeRun(activities.knex, sessionRun(session.id), { status: 'failed', reason: 'over' });
    }
  }

  const look = (now = new Date(), publicUrl = PUBLIC) => {
    const deps = { ...activities.deps, notificationUrl: (path: string) => notificationUrl(publicUrl, path) };
    return activities.run(() => renewChannels(deps, connectionId, now));
  };
  const known = () => listChannels(activities.knex, connectionId);
  const channelsAtZoho = () => activities.simulator.control.simulation.notifications.channels;
  const atZoho = () => channelsAtZoho().list();
  const calls = () =>
    Object.values(activities.simulator.control.calls().operations).reduce((sum, { calls: count }) => sum + count, 0);

  it('are subscribed for every mirrored module, with one call, and read back', async () => {
    await mirrored('Contacts', 'Accounts');

    assert.deepEqual(await look(), { subscribe: 2 });

    assert.deepEqual(
      (await known()).map(({ module, state, notifyBase }) => [module, state, notifyBase]),
      ['Accounts', 'Contacts'].map((module) => [module, 'active', `${PUBLIC}/api/v1/webhooks/zoho/`]),
    );
    assert.deepEqual(
      atZoho().map(({ events, notifyOnRelatedAction }) => [events, notifyOnRelatedAction]),
      [
        [['Contacts.all'], false],
        [['Accounts.all'], false],
      ],
    );
  });

  it('keep no secret: what Zoho was given is known by its hash', async () => {
    await mirrored('Contacts');
    await look();

    const [channel] = atZoho();
    const { rows } = await activities.knex.raw<{ rows: object[] }>('select * from sync.notification_channels');
    const path = channel?.notifyUrl.split('/').at(-1) ?? '';
    assert.ok(path.length >= 43 && (channel?.token?.length ?? 0) >= 48);
    assert.doesNotMatch(JSON.stringify(rows), new RegExp(`${path}|${channel?.token}`));
  });

  it('cost nothing while nothing is due', async () => {
    await mirrored('Contacts');
    await look();
    const before = calls();

    assert.deepEqual(await look(), {});
    assert.equal(calls(), before);
  });

  it('stay open over eight weeks, each of them renewed in time', async () => {
    await mirrored('Contacts');
    const start = Date.now();
    for (let hours = 0; hours <= 8 * 7 * 24; hours += 12) {
      await look(new Date(start + hours * HOUR_MS));

      assert.equal(atZoho().length, 1, `after ${hours} hours`);
      // The budget of token requests counts minutes of the real time, which is weeks here.
      await activities.knex.raw(`update sync.connections set token_requests = '{}'`);
      activities.simulator.control.moveClock({ advance: 12 * HOUR_MS });
    }
    assert.deepEqual(
      (await known()).map(({ state }) => state),
      ['active'],
    );
  });

  it('that ended while nobody was there are subscribed anew, with other secrets', async () => {
    await mirrored('Contacts');
    await look();
    const [before] = atZoho();
    activities.simulator.control.moveClock({ advance: 2 * WEEK_MS });

    assert.deepEqual(await look(new Date(Date.now() + 2 * WEEK_MS)), { subscribe: 1 });

    const [after] = atZoho();
    assert.equal(after?.id, before?.id);
    assert.notEqual(after?.notifyUrl, before?.notifyUrl);
    assert.notEqual(after?.token, before?.token);
  });

  it('that Zoho has lost are subscribed anew when they are renewed', async () => {
    await mirrored('Contacts');
    await look();
    channelsAtZoho().clear();

    assert.deepEqual(await look(new Date(Date.now() + 4 * 24 * HOUR_MS)), { subscribe: 1 });
    assert.equal(atZoho().length, 1);
  });

  it('are not asked for without a public URL, and say so', async () => {
    await mirrored('Contacts');

    await look(new Date(), '');

    const [channel] = await known();
    assert.equal(channel?.state, 'wanted');
    assert.match(channel?.reason ?? '', /PULSE_PUBLIC_URL is not set/);
    assert.equal(calls(), 0);
  });

  it('are taken back when the public URL goes, and when the module is no longer synced', async () => {
    await mirrored('Contacts', 'Accounts');
    await look();
    await activities.knex.raw(
      `insert into sync.sync_configurations (id, connection_id, config_name, module_name, is_active)
       values (gen_random_uuid(), ?, 'off', 'Accounts', false)`,
      [connectionId],
    );

    await look();
    assert.deepEqual(
      [(await known()).map(({ state }) => state), atZoho().map(({ events }) => events[0])],
      [['off', 'active'], ['Contacts.all']],
    );
    await look(new Date(), '');
    assert.deepEqual([(await known()).map(({ state }) => state), atZoho()], [['off', 'wanted'], []]);
  });

  it('that Zoho refuses raise an alert and are asked for again a day later', async () => {
    await mirrored('Nowhere');

    await look();
    const [channel] = await known();
    assert.equal(channel?.state, 'refused');
    assert.match(channel?.reason ?? '', /Zoho refuses to tell of changes \(INVALID_DATA\)/);
    assert.deepEqual(
      (await listOpenAlerts(activities.knex, connectionId, 5)).map(({ kind }) => kind),
      ['webhook.refused'],
    );
    assert.deepEqual(await look(), {});

    await activities.knex.raw(`update sync.mirrors set api_name = 'Contacts' where connection_id = ?`, [connectionId]);
    assert.deepEqual(await look(new Date(Date.now() + 25 * HOUR_MS)), { subscribe: 1 });
    assert.deepEqual(await listOpenAlerts(activities.knex, connectionId, 5), []);
  });

  it('are taken back when the organization is disconnected', async () => {
    await mirrored('Contacts', 'Accounts');
    await look();

    await disconnect();

    assert.deepEqual(atZoho(), []);
    assert.deepEqual(
      (await known()).map(({ state, reason }) => [state, reason]),
      [
        ['off', 'The organization is disconnected.'],
        ['off', 'The organization is disconnected.'],
      ],
    );
    assert.deepEqual(await look(), {});
  });

  it('take nothing any more after a disconnection while Zoho refuses to end them', async () => {
    await mirrored('Contacts');
    await look();
    activities.simulator.control.addFault({ kind: 'error', operation: 'disableNotifications', status: 500 });

    await disconnect();

    assert.deepEqual([atZoho().length, (await known()).map(({ state }) => state)], [1, ['off']]);
  });

  async function disconnect(): Promise<void> {
    const settings: ConnectSettings = {
      knex: activities.knex,
      keyRing: () => KEY_RING,
      redirectUri: '',
      timeoutMs: TIMEOUT_MS,
      organizations: activities.deps,
      accountsUrlOf: () => activities.simulator.url,
      allowLoopback: true,
    };
    await revokeGrant(settings, await getConnection(activities.knex, connectionId), 'tester');
  }
});

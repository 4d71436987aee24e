import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { DEMO_CLIENT_ID } from '../../simulator';
import { acceptGrant } from '../../src/connection/consent/accept-grant';
import { ZohoTransports } from '../../src/connection/transports';
import { getConnection } from '../../src/db/connections/connections';
import { listOpenAlerts } from '../../src/db/health/alerts';
import { parseKeyRing } from '../../src/db/postgres/encryption';
import { createLogger } from '../../src/logger';
import { connectionMemo } from '../../src/temporal/connection-schedules';
import { RECONCILE_CONNECTIONS_WORKFLOW_ID } from '../../src/temporal/ids';
import { TASK_QUEUES } from '../../src/temporal/task-queues';
import { NEEDED_SCOPES } from '../../src/zoho/auth/scopes';
import { accountsUrlOf } from '../../src/zoho/http/data-centers';
import { ENCRYPTION_KEY } from '../support/encryption-key';
import { useEngine } from '../support/engine';
import type { Org } from '../support/org';
import { poll } from '../support/poll';

describe('an organization whose grant was revoked', function () {
  this.timeout(90_000);
  const engine = useEngine();

  /** Something of the org that the clock starts; not within this test. */
  async function someSchedule({ connectionId }: Org): Promise<string> {
    const scheduleId = `test:${randomUUID()}`;
    await engine().temporal.client.schedule.create({
      scheduleId,
      spec: { calendars: [{ year: 2099 }] },
      action: { type: 'startWorkflow', workflowType: 'nothing', taskQueue: TASK_QUEUES.core },
      memo: connectionMemo(connectionId),
    });
    return scheduleId;
  }

  /** Lets the worker look after the schedules now, and waits until it has. */
  async function untilPaused(scheduleId: string, paused: boolean): Promise<void> {
    const { schedule } = engine().temporal.client;
    await poll(
      async () => {
        await schedule.getHandle(RECONCILE_CONNECTIONS_WORKFLOW_ID).trigger();
        return (await schedule.getHandle(scheduleId).describe()).state.paused === paused;
      },
      { what: `the schedule has paused = ${paused}`, pauseMs: 500 },
    );
  }

  /** Reconnects as an administrator does. */
  async function connectAgain(org: Org): Promise<void> {
    const consent = new URL('/oauth/v2/auth', org.simulator.url);
    const asked = { client_id: DEMO_CLIENT_ID, redirect_uri: 'https://self.test/', scope: NEEDED_SCOPES.join(',') };
    consent.search = new URLSearchParams(asked).toString();
    const { headers } = await fetch(consent, { redirect: 'manual' });
    const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
    const { knex } = engine();
    const access = { knex, keyRing: () => parseKeyRing([ENCRYPTION_KEY]), allowLoopback: true, timeoutMs: 5_000 };
    const settings = {
      ...access,
      organizations: { knex, zoho: new ZohoTransports(access), logger: createLogger('test', 'silent') },
      redirectUri: 'https://self.test/',
      accountsUrlOf,
    };
    const grant = { code, accountsUrl: org.simulator.url, dataCenter: 'us', scopes: NEEDED_SCOPES };
    await acceptGrant(settings, await getConnection(knex, org.connectionId), grant);
  }

  it('stops its sessions and schedules, raises an alert, and resumes once it is connected again', async () => {
    const org = await engine().org({ contacts: 100 });
    const scheduleId = await someSchedule(org);
    org.zoho.revokeTokens();

    const stopped = await org.waitFor(await org.startFullSync('Contacts'), 'failed');
    await untilPaused(scheduleId, true);
    const alerts = await listOpenAlerts(engine().knex, org.connectionId, 5);
    const callsWhileStopped = org.calls('token');
    await connectAgain(org);
    await untilPaused(scheduleId, false);
    await org.fullSync('Contacts');

    assert.match(stopped.errorMessage ?? '', /Connect the Zoho organization again/);
    assert.deepEqual(
      alerts.map(({ kind }) => kind),
      ['connection.needs_reauth'],
    );
    assert.equal(callsWhileStopped, 3);
    assert.deepEqual(await listOpenAlerts(engine().knex, org.connectionId, 5), []);
  });
});

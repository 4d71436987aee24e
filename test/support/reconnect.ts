import { randomUUID } from 'node:crypto';
import { DEMO_CLIENT_ID } from '../../simulator';
import { acceptGrant } from '../../src/connection/consent/accept-grant';
import { ZohoTransports } from '../../src/connection/transports';
import { getConnection } from '../../src/db/connections/connections';
import { parseKeyRing } from '../../src/db/postgres/encryption';
import { createLogger } from '../../src/logger';
import { connectionMemo } from '../../src/temporal/schedules/connection-schedules';
import { TASK_QUEUES } from '../../src/temporal/task-queues';
import { NEEDED_SCOPES } from '../../src/zoho/auth/scopes';
import { accountsUrlOf } from '../../src/zoho/http/data-centers';
import { ENCRYPTION_KEY } from './encryption-key';
import type { Org } from './org';

/** Something of the org that the clock starts; not within a test. @returns id of the schedule */
export async function someSchedule({ engine, connectionId }: Org): Promise<string> {
  const scheduleId = `test:${randomUUID()}`;
  await engine.temporal.client.schedule.create({
    scheduleId,
    spec: { calendars: [{ year: 2099 }] },
    action: { type: 'startWorkflow', workflowType: 'nothing', taskQueue: TASK_QUEUES.core },
    memo: connectionMemo(connectionId),
  });
  return scheduleId;
}

/** Gives an org a new grant, as an administrator does who connects it again. */
export async function connectAgain({ engine: { knex }, connectionId, simulator }: Org): Promise<void> {
  const consent = new URL('/oauth/v2/auth', simulator.url);
  const asked = { client_id: DEMO_CLIENT_ID, redirect_uri: 'https://self.test/', scope: NEEDED_SCOPES.join(',') };
  consent.search = new URLSearchParams(asked).toString();
  const { headers } = await fetch(consent, { redirect: 'manual' });
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  const access = { knex, keyRing: () => parseKeyRing([ENCRYPTION_KEY]), allowLoopback: true, timeoutMs: 5_000 };
  const settings = {
    ...access,
    organizations: { knex, zoho: new ZohoTransports(access), logger: createLogger('test', 'silent') },
    redirectUri: 'https://self.test/',
    accountsUrlOf,
  };
  const grant = { code, accountsUrl: simulator.url, dataCenter: 'us', scopes: NEEDED_SCOPES };
  await acceptGrant(settings, await getConnection(knex, connectionId), grant);
}

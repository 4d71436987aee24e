import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Knex } from 'knex';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../simulator';
import { CallerClient } from '../../src/activities/caller-client';
import type { ActivityDependencies } from '../../src/activities/dependencies';
import type { Unfinished } from '../../src/activities/pull/leg';
import { Spool } from '../../src/activities/spool';
import { ZohoTransports } from '../../src/connection/transports';
import type { ConnectionSettings } from '../../src/db/connections/connections';
import { ensureConnection } from '../../src/db/connections/ensure-connection';
import type { ConnectionModel } from '../../src/db/models/connection';
import { open } from '../../src/db/postgres/encryption';
import { createLogger } from '../../src/logger';
import { createTemporalClient } from '../../src/temporal/client';
import type { SyncTarget } from '../../src/temporal/contract/targets';
import { SyncSchedules } from '../../src/temporal/schedules/sync-schedules';
import { type DatabaseFixture, KEY_RING, someSession, useDatabase } from '../db/support';

export const TIMEOUT_MS = 5_000;

/** Environment of an attempt of an activity, without the SDK's own log of failures that tests provoke. */
export function activityEnvironment(
  attempt = 1,
  options: ConstructorParameters<typeof MockActivityEnvironment>[1] = {},
): MockActivityEnvironment {
  return new MockActivityEnvironment({ attempt }, { logger: new DefaultLogger('ERROR'), ...options });
}

let organizations = 0;

/** A connection to the simulator, or to whatever the settings say, whose grant is known to be of its organization. */
export async function someOrganization(
  knex: Knex,
  accountsUrl: string,
  settings: Partial<ConnectionSettings> = {},
): Promise<ConnectionModel> {
  organizations += 1;
  const connection = await ensureConnection(knex, KEY_RING, {
    name: `activities${organizations}`,
    dataCenter: 'us',
    accountsUrl,
    clientId: DEMO_CLIENT_ID,
    clientSecret: DEMO_CLIENT_SECRET,
    refreshToken: DEMO_REFRESH_TOKEN,
    ...settings,
  });
  return connection.$query(knex).patchAndFetch({ grantCheckedAt: new Date() });
}

/** Repeats an activity that reads in legs until it has read all, as workflows do. */
export async function toTheEnd<T extends object>(leg: () => Promise<T | Unfinished>): Promise<T> {
  for (;;) {
    const outcome = await leg();
    if (!('more' in outcome)) return outcome;
  }
}

/** A worker that Zoho cannot call, and Temporal that starts nothing. */
const NO_SURROUNDINGS = {
  bulkWriteCallbackUrl: () => undefined,
  notificationUrl: () => undefined,
  schedules: { pause: async () => 0, unpause: async () => 0 },
  startMissedNight: async () => true,
  startComparison: async () => true,
  startColumnFill: async () => undefined,
  approvals: { apply: async () => undefined },
  ingestion: { wake: async () => undefined, readMissed: async () => true },
};

export interface ActivityFixture extends DatabaseFixture {
  readonly simulator: Simulator;
  readonly deps: ActivityDependencies;
  /** A session of a module that no other test has. */
  target(module: string): Promise<SyncTarget>;
  /** Runs an activity as the first attempt of a worker would. */
  run<T>(activity: () => Promise<T>): Promise<T>;
}

/** A database, a simulator and what activities work with, for the suite that calls it. */
export function useActivities(options: Partial<SimulatorOptions> = {}): ActivityFixture {
  const database = useDatabase();
  let opening: { simulator: Simulator; deps: ActivityDependencies; zoho: ZohoTransports } | undefined;
  before(async () => {
    const zoho = new ZohoTransports({
      knex: database.knex,
      keyRing: () => KEY_RING,
      timeoutMs: TIMEOUT_MS,
      confirmGrantAfterMs: 0,
      allowLoopback: true,
    });
    const spool = await Spool.open();
    const deps: ActivityDependencies = {
      knex: database.knex,
      maintenanceKnex: database.knex,
      zoho,
      logger: createLogger('test', 'silent'),
      spool,
      callers: new CallerClient({ allowLoopback: true }),
      scanLegMs: 60_000,
      retention: { sentDays: 0, deletedDays: 0, logDays: 0, historyDays: 0, fenceDays: 0, runDays: 0, ledgerDays: 0 },
      workflowState: async () => ({ status: null, sessionId: null }),
      ...NO_SURROUNDINGS,
      openSecret: (purpose, sealed) => open(KEY_RING, purpose, sealed),
      // Connects to nothing before it is asked for something.
      syncSchedules: new SyncSchedules(createTemporalClient({ address: '127.0.0.1:1', namespace: 'none' })),
    };
    opening = { zoho, deps, simulator: await startSimulator({ deals: 50, tokenThrottle: false, ...options }) };
  });
  after(async () => {
    await opening?.zoho.close();
    await opening?.deps.spool.close();
    await opening?.deps.callers.close();
    await opening?.simulator.close();
  });
  const opened = () => {
    if (!opening) throw new Error('The simulator is open only while tests run.');
    return opening;
  };
  return {
    get knex() {
      return database.knex;
    },
    get url() {
      return database.url;
    },
    get simulator() {
      return opened().simulator;
    },
    get deps() {
      return opened().deps;
    },
    async target(module) {
      const { id: connectionId } = await someOrganization(database.knex, opened().simulator.url);
      const session = await someSession(database.knex, { connectionId, moduleName: module });
      return { connectionId, sessionId: session.id, module };
    },
    run: (activity) => activityEnvironment().run(activity),
  };
}

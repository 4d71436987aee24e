import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Knex } from 'knex';
import { preparePostgres } from '../dev/postgres/server';
import type { ManagedProcess } from '../dev/processes/managed-process';
import { freePort } from '../dev/processes/ports';
import { resolveTemporalServer } from '../dev/temporal/resolve-server';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN } from '../simulator';
import type { TokenSettings } from '../src/connection/token-source';
import { ZohoTransports } from '../src/connection/transports';
import { ensureConnection } from '../src/db/connections/ensure-connection';
import { type KeyRing, parseKeyRing } from '../src/db/postgres/encryption';
import { createDatabase } from '../src/db/postgres/knex';
import { migrateToLatest } from '../src/db/postgres/migrate';
import type { TemporalClient } from '../src/temporal/client';
import { TASK_QUEUES } from '../src/temporal/task-queues';
import type { ZohoTransport } from '../src/zoho/http/transport';
import { CleanUp } from './clean-up';
import type { BenchOptions } from './options';
import { api, NAMESPACE, temporal, worker, zoho } from './parts';

const CONNECTION = 'crm';
const ZOHO_TIMEOUT_MS = 30_000;
const POLL_MS = 100;
/** `TASK_QUEUE_TYPE_ACTIVITY` of Temporal's API. */
const ACTIVITIES = 2;
/** Server settings of `--chunks`: log every statement that takes more than 5 ms. */
const STATEMENT_LOG = { log_min_duration_statement: '5', log_line_prefix: '%m [%p] ' };

/** An organization, and the simulated Zoho where it is. */
interface Organization {
  /** Name of the connection. */
  readonly connection: string;
  readonly connectionId: string;
  /** The simulated Zoho: its API, and its control plane. */
  readonly zohoUrl: string;
  /** Transport for calls outside of the measurement, which do not count in the ledger. */
  readonly zoho: ZohoTransport;
}

export interface BenchEnvironment extends Organization {
  /** Temporary folder for logs, data and files. */
  readonly home: string;
  readonly databaseUrl: string;
  /** For what the engine may not do: ask the server for a checkpoint. */
  readonly superuserUrl: string;
  readonly knex: Knex;
  readonly temporal: TemporalClient;
  readonly worker: ManagedProcess;
  readonly signal: AbortSignal;
  /** The same system with one more organization in the place of the first, at a simulated Zoho of its own. */
  withOrganization(name: string): Promise<BenchEnvironment>;
  /** Starts one more worker process, and waits until it is there. */
  addWorker(): Promise<void>;
}

export interface EnvironmentOptions extends Pick<BenchOptions, 'rows' | 'zoho' | 'chunks' | 'keep'> {
  /** More variables of the workers' environment. */
  readonly workers?: Readonly<Record<string, string>>;
  /** Starts the API, too, whose receiver Zoho can tell of changes. */
  readonly receives?: boolean;
  readonly signal: AbortSignal;
  /** Called with one line before each long step. */
  readonly report: (line: string) => void;
}

/**
 * Runs `work` against a system of its own: PostgreSQL with a fresh cluster, Temporal, a simulated Zoho with `rows`
 * Deals, one worker; each its own process on a free port, all of it in one temporary folder. However the work ends, the
 * processes are stopped and the folder is removed (`keep` leaves the folder).
 */
export async function withEnvironment<T>(
  options: EnvironmentOptions,
  work: (environment: BenchEnvironment) => Promise<T>,
): Promise<T> {
  const cleanUp = new CleanUp(options.signal);
  try {
    return await work(await start(options, cleanUp));
  } finally {
    await cleanUp.run();
  }
}

function simulated(name: string, zohoPort: number): Parameters<typeof ensureConnection>[2] {
  return {
    name,
    dataCenter: 'us',
    accountsUrl: `http://127.0.0.1:${zohoPort}`,
    clientId: DEMO_CLIENT_ID,
    clientSecret: DEMO_CLIENT_SECRET,
    refreshToken: DEMO_REFRESH_TOKEN,
  };
}

function accessTo(knex: Knex, ring: KeyRing): TokenSettings {
  return { knex, keyRing: () => ring, allowLoopback: true, timeoutMs: ZOHO_TIMEOUT_MS };
}

async function start(options: EnvironmentOptions, cleanUp: CleanUp): Promise<BenchEnvironment> {
  const { report, signal } = options;
  const home = await mkdtemp(path.join(tmpdir(), 'pulse-bench-'));
  // PostgreSQL may run as another user, who needs to reach its folder in here.
  await chmod(home, 0o755);
  cleanUp.later(() => (options.keep ? report(`Left in ${home}`) : rm(home, { recursive: true, force: true })));

  const { knex, ...postgres } = await startDatabase(home, options, cleanUp);

  report('Starting Temporal and the simulated Zoho');
  const [cli, temporalPort, apiPort] = [await resolveTemporalServer({ report }), await freePort(), await freePort()];
  const address = `127.0.0.1:${temporalPort}`;
  await cleanUp.start(temporal(home, cli, temporalPort));
  const connection = await Connection.connect({ address });
  cleanUp.later(() => connection.close());

  const key = `bench:${randomBytes(32).toString('base64')}`;
  const ring = parseKeyRing([key]);
  const transports = new ZohoTransports(accessTo(knex, ring));
  cleanUp.later(() => transports.close());
  const connectTo = async (name: string): Promise<Organization> => {
    const port = await freePort();
    await cleanUp.start(zoho(home, port, options.rows, options.zoho));
    const { id } = await ensureConnection(knex, ring, simulated(name, port));
    const zohoUrl = `http://127.0.0.1:${port}`;
    return { connection: name, connectionId: id, zohoUrl, zoho: transports.transport(id) };
  };
  const organization = await connectTo(CONNECTION);

  report('Starting the worker');
  const env = {
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    PULSE_ENCRYPTION_KEYS: key,
    PULSE_SPOOL_DIR: path.join(home, 'spool'),
    PULSE_LOG_LEVEL: 'warn',
    ZOHO_ALLOW_LOOPBACK: 'true',
    ...options.workers,
    ...(options.receives && { PULSE_PUBLIC_URL: `http://127.0.0.1:${apiPort}` }),
  };
  if (options.receives) await cleanUp.start(api(home, env, apiPort));
  const environment: BenchEnvironment = {
    home,
    databaseUrl: postgres.url,
    superuserUrl: postgres.superuserUrl,
    knex,
    temporal: { client: new Client({ connection, namespace: NAMESPACE }), connection, namespace: NAMESPACE },
    ...organization,
    worker: await cleanUp.start(worker(home, env, address)),
    signal,
    withOrganization: async (name) => ({ ...environment, ...(await connectTo(name)) }),
    addWorker: async () => {
      const spool = await mkdtemp(path.join(home, 'spool-'));
      const { identity } = await cleanUp.start(worker(home, { ...env, PULSE_SPOOL_DIR: spool }, address));
      await untilPolling(environment, identity.pid);
    },
  };
  return environment;
}

/** A server with a fresh cluster, and a pool of connections to its migrated database. */
async function startDatabase(
  home: string,
  { report, chunks, keep }: EnvironmentOptions,
  cleanUp: CleanUp,
): Promise<{ knex: Knex; url: string; superuserUrl: string }> {
  report('Starting PostgreSQL');
  const postgres = await preparePostgres({
    dataDirectory: path.join(home, 'postgres'),
    port: 0,
    logFile: path.join(home, 'logs', 'postgres.log'),
    ...(chunks && { settings: STATEMENT_LOG }),
  });
  if (!keep) cleanUp.later(() => rm(postgres.dataDirectory, { recursive: true, force: true }));
  await cleanUp.start(postgres.spec);
  const knex = createDatabase(postgres.url, { applicationName: 'pulse-bench' });
  cleanUp.later(() => knex.destroy());
  await migrateToLatest(knex);
  return { knex, url: postgres.url, superuserUrl: postgres.superuserUrl };
}

/** A worker is there when it asks Temporal for work, under its process id. */
async function untilPolling({ temporal, signal }: BenchEnvironment, pid: number): Promise<void> {
  const request = { namespace: NAMESPACE, taskQueue: { name: TASK_QUEUES.zohoScans }, taskQueueType: ACTIVITIES };
  const isThere = async (): Promise<boolean> => {
    const { pollers } = await temporal.connection.workflowService.describeTaskQueue(request);
    return pollers.some(({ identity }) => identity?.startsWith(`${pid}@`));
  };
  while (!(await isThere())) await sleep(POLL_MS, undefined, { signal });
}

import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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
import type { ZohoTransport } from '../src/zoho/http/transport';
import { CleanUp } from './clean-up';
import type { BenchOptions } from './options';
import { api, NAMESPACE, temporal, worker, zoho } from './parts';

export const CONNECTION = 'crm';
const ZOHO_TIMEOUT_MS = 30_000;
/** Server settings of `--chunks`: log every statement that takes more than 5 ms. */
const STATEMENT_LOG = { log_min_duration_statement: '5', log_line_prefix: '%m [%p] ' };

export interface BenchEnvironment {
  /** Temporary folder for logs, data and files. */
  readonly home: string;
  readonly databaseUrl: string;
  /** For what the engine may not do: ask the server for a checkpoint. */
  readonly superuserUrl: string;
  readonly knex: Knex;
  readonly temporal: TemporalClient;
  readonly connectionId: string;
  readonly worker: ManagedProcess;
  /** The simulated Zoho: its API, and its control plane. */
  readonly zohoUrl: string;
  /** Transport for calls outside of the measurement, which do not count in the ledger. */
  readonly zoho: ZohoTransport;
  readonly signal: AbortSignal;
}

export interface EnvironmentOptions extends Pick<BenchOptions, 'rows' | 'zoho' | 'chunks' | 'keep'> {
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

function simulated(zohoPort: number): Parameters<typeof ensureConnection>[2] {
  return {
    name: CONNECTION,
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

  report('Starting PostgreSQL');
  const postgres = await preparePostgres({
    dataDirectory: path.join(home, 'postgres'),
    port: 0,
    logFile: path.join(home, 'logs', 'postgres.log'),
    ...(options.chunks && { settings: STATEMENT_LOG }),
  });
  if (!options.keep) cleanUp.later(() => rm(postgres.dataDirectory, { recursive: true, force: true }));
  await cleanUp.start(postgres.spec);
  const knex = createDatabase(postgres.url, { applicationName: 'pulse-bench' });
  cleanUp.later(() => knex.destroy());
  await migrateToLatest(knex);

  report('Starting Temporal and the simulated Zoho');
  const [cli, temporalPort, zohoPort] = [await resolveTemporalServer({ report }), await freePort(), await freePort()];
  const address = `127.0.0.1:${temporalPort}`;
  await cleanUp.start(temporal(home, cli, temporalPort));
  await cleanUp.start(zoho(home, zohoPort, options.rows, options.zoho));
  const connection = await Connection.connect({ address });
  cleanUp.later(() => connection.close());

  report('Starting the worker');
  const apiPort = await freePort();
  const key = `bench:${randomBytes(32).toString('base64')}`;
  const ring = parseKeyRing([key]);
  const { id: connectionId } = await ensureConnection(knex, ring, simulated(zohoPort));
  const connections = new ZohoTransports(accessTo(knex, ring));
  cleanUp.later(() => connections.close());
  const env = {
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    PULSE_ENCRYPTION_KEYS: key,
    PULSE_SPOOL_DIR: path.join(home, 'spool'),
    PULSE_LOG_LEVEL: 'warn',
    ZOHO_ALLOW_LOOPBACK: 'true',
    ...(options.receives && { PULSE_PUBLIC_URL: `http://127.0.0.1:${apiPort}` }),
  };
  if (options.receives) await cleanUp.start(api(home, env, apiPort));
  return {
    home,
    databaseUrl: postgres.url,
    superuserUrl: postgres.superuserUrl,
    knex,
    temporal: { client: new Client({ connection, namespace: NAMESPACE }), connection, namespace: NAMESPACE },
    connectionId,
    worker: await cleanUp.start(worker(home, env, address)),
    zohoUrl: `http://127.0.0.1:${zohoPort}`,
    zoho: connections.transport(connectionId),
    signal,
  };
}

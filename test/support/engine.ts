import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { Knex } from 'knex';
import { createDatabase } from '../../src/db/postgres/knex';
import type { TemporalClient } from '../../src/temporal/client';
import { createSyncCommands, type SyncCommands } from '../../src/temporal/runs/sync-commands';
import { ENCRYPTION_KEY } from './encryption-key';
import { Org, type OrgOptions } from './org';
import { engineDatabase, startPostgresServer, testDatabase, type PostgresServer } from './postgres';
import {
  createNamespace,
  DEFAULT_NAMESPACE,
  sharedTemporal,
  startTemporalServer,
  temporalClient,
  type TemporalServer,
} from './temporal-server';
import { WorkerInProcess } from './worker-in-process';
import { WorkerProcess } from './worker-process';

/** Ids of workflows that belong to an engine itself, whatever orgs it has. */
const OWN_WORKFLOWS = /^(temporal-sys-|housekeeping)/;
/** A call that hangs is given up soon enough for a test to see it. */
const ZOHO_TIMEOUT_MS = '5000';

export interface EngineOptions {
  /** A PostgreSQL that may be killed. */
  ownPostgres?: boolean;
  /** A Temporal server that may be killed. */
  ownTemporal?: boolean;
  /** A database of the engine's own role, which is no superuser, as that of `npm start`. */
  leastPrivilege?: boolean;
  /** More variables of the worker's environment. */
  worker?: Readonly<Record<string, string>>;
  /** Makes what is there before the first worker starts. */
  prepare?: (engine: Engine) => Promise<void>;
  /** Runs the worker in this process, and this around its activities. */
  interceptor?: ActivityInboundCallsInterceptor;
}

/** The worker of an engine, in a process of its own unless the engine has an interceptor. */
interface EngineWorker {
  start(): Promise<void>;
  /** `kill -9` where it has a process of its own. */
  kill(): Promise<void>;
  readonly isRunning: boolean;
  /** Of its process; undefined before its start. */
  readonly pid: number | undefined;
  /** The last warnings and errors of its log. */
  readonly output: string;
}

/** All of the product but its API: PostgreSQL, Temporal, a worker process, and any number of simulated orgs. */
export class Engine {
  readonly #orgs: Org[] = [];
  readonly knex: Knex;
  readonly temporal: TemporalClient;
  readonly commands: SyncCommands;
  readonly worker: EngineWorker;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly #ownPostgres: PostgresServer | undefined;
  readonly #ownTemporal: TemporalServer | undefined;
  readonly #release: () => Promise<void>;

  constructor(
    knex: Knex,
    temporal: TemporalClient,
    commands: SyncCommands,
    worker: EngineWorker,
    databaseUrl: string,
    temporalAddress: string,
    ownPostgres: PostgresServer | undefined,
    ownTemporal: TemporalServer | undefined,
    release: () => Promise<void>,
  ) {
    this.knex = knex;
    this.temporal = temporal;
    this.commands = commands;
    this.worker = worker;
    this.databaseUrl = databaseUrl;
    this.temporalAddress = temporalAddress;
    this.#ownPostgres = ownPostgres;
    this.#ownTemporal = ownTemporal;
    this.#release = release;
  }

  /** A simulated Zoho org, connected, with an empty mirror schema of its own. */
  async org(options: OrgOptions = {}): Promise<Org> {
    const org = await Org.connect(this, options);
    this.#orgs.push(org);
    return org;
  }

  /** @throws Error unless the engine was started with `ownPostgres` */
  get postgres(): PostgresServer {
    if (!this.#ownPostgres) throw new Error('This engine shares its PostgreSQL; start it with ownPostgres.');
    return this.#ownPostgres;
  }

  /** @throws Error unless the engine was started with `ownTemporal` */
  get temporalServer(): TemporalServer {
    if (!this.#ownTemporal) throw new Error('This engine shares its Temporal server; start it with ownTemporal.');
    return this.#ownTemporal;
  }

  /** Rows of one SQL query. */
  async query<T extends object>(sql: string, bindings: readonly (string | number)[] = []): Promise<T[]> {
    const answer = await this.knex.raw<{ rows: T[] }>(sql, [...bindings]);
    return answer.rows;
  }

  /** Ends what a suite has begun with its orgs, so that the engine serves the next one as if it were new. */
  async closeOrgs(): Promise<void> {
    const orgs = this.#orgs.splice(0);
    if (orgs.length === 0) return;
    if (!this.worker.isRunning) await this.worker.start();
    await this.query(`update sync.connections set status = 'needs_reauth' where id = any(?::uuid[]) returning id`, [
      `{${String(orgs.map(({ connectionId }) => connectionId))}}`,
    ]);
    const { workflow } = this.temporal.client;
    for await (const { workflowId } of workflow.list({ query: `ExecutionStatus = 'Running'` })) {
      if (OWN_WORKFLOWS.test(workflowId)) continue;
      await workflow.getHandle(workflowId).terminate('The test has ended.').catch(unlessGone);
    }
    await Promise.all(orgs.map((org) => org.simulator.close()));
  }

  async stop(): Promise<void> {
    // Nothing is left to finish: workflows that a test left running die with their namespace.
    await this.worker.kill();
    await Promise.all(this.#orgs.map((org) => org.simulator.close()));
    await this.#release();
  }
}

export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const [ownPostgres, ownTemporal] = await Promise.all([
    options.ownPostgres ? startPostgresServer() : undefined,
    options.ownTemporal ? startTemporalServer() : undefined,
  ]);
  const database = ownPostgres ? { url: ownPostgres.url, drop: () => ownPostgres.stop() } : await databaseFor(options);
  const { address } = ownTemporal ?? (await sharedTemporal());
  const namespace = ownTemporal ? DEFAULT_NAMESPACE : await createNamespace(address);
  const spoolDirectory = await mkdtemp(path.join(tmpdir(), 'pulse-test-spool-'));
  const knex = createDatabase(database.url, { poolMax: 4, applicationName: 'test' });
  const temporal = temporalClient(address, namespace);
  const environment = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    PULSE_ENCRYPTION_KEYS: ENCRYPTION_KEY,
    PULSE_SPOOL_DIR: spoolDirectory,
    ZOHO_TIMEOUT_MS,
    ZOHO_CONFIRM_GRANT_MS: '0',
    ZOHO_ALLOW_LOOPBACK: 'true',
    ...options.worker,
  };
  const { interceptor } = options;
  const worker = interceptor ? new WorkerInProcess(environment, interceptor) : new WorkerProcess(environment);
  const release = async (): Promise<void> => {
    await temporal.connection.close();
    await knex.destroy();
    await database.drop();
    await ownTemporal?.stop();
    await rm(spoolDirectory, { recursive: true, force: true });
  };
  const commands = createSyncCommands(temporal);
  const engine = new Engine(knex, temporal, commands, worker, database.url, address, ownPostgres, ownTemporal, release);
  try {
    await options.prepare?.(engine);
    await worker.start();
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return engine;
}

/** @throws the error, unless it says that a workflow has closed by itself */
function unlessGone(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

function databaseFor({ leastPrivilege }: EngineOptions): Promise<{ url: string; drop(): Promise<void> }> {
  return leastPrivilege ? engineDatabase() : testDatabase();
}

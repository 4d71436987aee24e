import type { Knex } from 'knex';
import { createDatabase } from '../../src/db/postgres/knex';
import type { TemporalClient } from '../../src/temporal/client';
import { createSyncCommands, type SyncCommands } from '../../src/temporal/runs/sync-commands';
import { ENCRYPTION_KEY } from '../support/encryption-key';
import { testDatabase } from '../support/postgres';
import { createNamespace, sharedTemporal, temporalClient } from '../support/temporal-server';
import { WorkerInProcess } from '../support/worker-in-process';
import { breakConnections, CrashInterceptor } from './crashes';

/** All of the product but its API in this process, with a worker whose attempts can be made to crash. */
export class ModelEngine {
  readonly knex: Knex;
  readonly temporal: TemporalClient;
  readonly commands: SyncCommands;
  readonly worker: WorkerInProcess;
  readonly #release: (() => Promise<unknown>)[];
  #restarting = Promise.resolve();

  private constructor(
    knex: Knex,
    temporal: TemporalClient,
    worker: WorkerInProcess,
    release: (() => Promise<unknown>)[],
  ) {
    this.knex = knex;
    this.temporal = temporal;
    this.commands = createSyncCommands(temporal);
    this.worker = worker;
    this.#release = release;
  }

  static async start(): Promise<ModelEngine> {
    const [database, { address }] = await Promise.all([testDatabase(), sharedTemporal()]);
    const namespace = await createNamespace(address);
    const environment = {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      PULSE_ENCRYPTION_KEYS: ENCRYPTION_KEY,
      ZOHO_TIMEOUT_MS: '3000',
      ZOHO_CONFIRM_GRANT_MS: '0',
      ZOHO_ALLOW_LOOPBACK: 'true',
    };
    const mendConnections = breakConnections();
    const worker = new WorkerInProcess(environment, new CrashInterceptor());
    await worker.start();
    const knex = createDatabase(database.url, { poolMax: 4, applicationName: 'test' });
    const temporal = temporalClient(address, namespace);
    return new ModelEngine(knex, temporal, worker, [
      () => worker.kill(),
      async () => mendConnections(),
      () => temporal.connection.close(),
      () => knex.destroy(),
      () => database.drop(),
    ]);
  }

  /** Stops the worker as an operator does and starts another: what it worked on is cut short and tried again. */
  restartWorker(): void {
    this.#restarting = this.#restarting.then(() => this.worker.kill()).then(() => this.worker.start());
  }

  /** Rows of one SQL query. */
  async query<T extends object>(sql: string, bindings: readonly (string | number)[] = []): Promise<T[]> {
    const answer = await this.knex.raw<{ rows: T[] }>(sql, [...bindings]);
    return answer.rows;
  }

  async stop(): Promise<void> {
    await this.#restarting;
    for (const release of this.#release) await release();
  }
}

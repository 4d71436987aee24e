import { mock } from 'node:test';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import type { Knex } from 'knex';
import { loadConfig } from '../../src/config';
import { createDatabase } from '../../src/db/postgres/knex';
import { createLogger } from '../../src/logger';
import { startWorker, type RunningWorker } from '../../src/runtime/start-worker';
import type { TemporalClient } from '../../src/temporal/client';
import { createSyncCommands, type SyncCommands } from '../../src/temporal/runs/sync-commands';
import { ENCRYPTION_KEY } from '../support/encryption-key';
import { testDatabase } from '../support/postgres';
import { createNamespace, quietTemporalSdk, sharedTemporal, temporalClient } from '../support/temporal-server';
import { breakConnections, CrashInterceptor } from './crashes';

const KEPT_LINES = 30;
const SHOWN_CHARACTERS = 600;

/** All of the product but its API in this process, with a worker whose attempts can be made to crash. */
export class ModelEngine {
  readonly knex: Knex;
  readonly temporal: TemporalClient;
  readonly commands: SyncCommands;
  readonly #lines: string[];
  readonly #release: (() => Promise<unknown>)[];

  private constructor(knex: Knex, temporal: TemporalClient, lines: string[], release: (() => Promise<unknown>)[]) {
    this.knex = knex;
    this.temporal = temporal;
    this.commands = createSyncCommands(temporal);
    this.#lines = lines;
    this.#release = release;
  }

  static async start(): Promise<ModelEngine> {
    quietTemporalSdk();
    const [database, { address }] = await Promise.all([testDatabase(), sharedTemporal()]);
    const namespace = await createNamespace(address);
    const lines: string[] = [];
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
    const worker = await startCrashingWorker(environment, lines);
    const running = worker.run();
    running.catch((error: unknown) => lines.push(`The worker broke down: ${String(error)}`));
    const knex = createDatabase(database.url, { poolMax: 4, applicationName: 'test' });
    const temporal = temporalClient(address, namespace);
    return new ModelEngine(knex, temporal, lines, [
      () => worker.close(),
      () => running.catch(() => undefined),
      async () => mendConnections(),
      () => temporal.connection.close(),
      () => knex.destroy(),
      () => database.drop(),
    ]);
  }

  get worker(): { readonly output: string } {
    return { output: this.#lines.join('\n') };
  }

  /** Rows of one SQL query. */
  async query<T extends object>(sql: string, bindings: readonly (string | number)[] = []): Promise<T[]> {
    const answer = await this.knex.raw<{ rows: T[] }>(sql, [...bindings]);
    return answer.rows;
  }

  async stop(): Promise<void> {
    for (const release of this.#release) await release();
  }
}

/** The product's worker, with one more interceptor around those it has. */
async function startCrashingWorker(environment: Record<string, string>, lines: string[]): Promise<RunningWorker> {
  const create = Worker.create.bind(Worker);
  const mocked = mock.method(Worker, 'create', (options: WorkerOptions) =>
    create({
      ...options,
      interceptors: {
        ...options.interceptors,
        activity: [() => ({ inbound: new CrashInterceptor() }), ...(options.interceptors?.activity ?? [])],
      },
    }),
  );
  const write = (line: string): void => {
    lines.push(line.slice(0, SHOWN_CHARACTERS));
    lines.splice(0, lines.length - KEPT_LINES);
  };
  try {
    return await startWorker(loadConfig(environment), createLogger('test', 'warn', { write }));
  } finally {
    mocked.mock.restore();
  }
}

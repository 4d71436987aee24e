import path from 'node:path';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes';
import { TASK_QUEUES } from '../../src/temporal/task-queues';
import { bareEnvironment, type ProcessSpec } from '../processes/managed-process';

const CONNECT_TIMEOUT_MS = 10_000;
/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API; all our search attributes are keywords. */
const KEYWORD = 2;
/** `TASK_QUEUE_TYPE_WORKFLOW`. */
const WORKFLOW_TASKS = 1;

export interface TemporalServerOptions {
  readonly cli: string;
  readonly home: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
}

/** Specification of Temporal's development server with UI, state in `temporal.db`, and our search attributes. */
export function temporalServer(options: TemporalServerOptions): ProcessSpec {
  const address = `127.0.0.1:${options.port}`;
  return {
    name: 'Temporal',
    command: options.cli,
    args: [
      'server',
      'start-dev',
      ...['--ip', '127.0.0.1', '--port', String(options.port), '--ui-port', String(options.uiPort)],
      ...['--db-filename', path.join(options.home, 'temporal.db'), '--namespace', options.namespace],
      ...['--log-level', 'warn', '--log-format', 'pretty'],
      // By default timers of a development server fire up to a second late, which delays every wait for a job.
      ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="20ms"'],
      // With the default of four partitions few workers often poll the wrong one, and a task waits for over a second.
      ...['--dynamic-config-value', 'matching.numTaskqueueReadPartitions=1'],
      ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
      // Urgent work goes first, and organizations take turns.
      ...['--dynamic-config-value', 'matching.useNewMatcher=true'],
      ...['--dynamic-config-value', 'matching.enableFairness=true'],
      ...SEARCH_ATTRIBUTES.flatMap(({ name, type }) => [
        '--search-attribute',
        `${name}=${TypedSearchAttributes.toMetadataType(type)}`,
      ]),
    ],
    env: bareEnvironment(),
    logFile: path.join(options.home, 'logs', 'temporal.log'),
    isReady: () =>
      withConnection(
        { address, connectTimeout: '2s' },
        async (connection) => (await missingSearchAttributes(connection, options.namespace)).length === 0,
      ),
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 20_000,
  };
}

/**
 * Checks an external Temporal server, configured by Temporal's own environment variables, and registers our search
 * attributes there.
 * @throws Error one sentence, if it does not answer or refuses the registration
 */
export async function prepareExternalTemporal(namespace: string): Promise<void> {
  const { connectionOptions } = loadClientConnectConfig();
  const server = `Temporal at ${connectionOptions.address ?? 'its default address'} (TEMPORAL_ADDRESS)`;
  await withConnection({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS }, async (connection) => {
    const missing = await missingSearchAttributes(connection, namespace);
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes }).catch((error: unknown) => {
      const names = missing.join(', ');
      throw new Error(`it does not allow registering the keyword search attributes ${names}: ${text(error)}`);
    });
  }).catch((error: unknown) => {
    throw new Error(`${server} cannot be used: ${text(error)}`, { cause: error });
  });
}

/** True when a worker started after `since` polls for workflow tasks. */
export async function isWorkerPolling(address: string, namespace: string, since: Date): Promise<boolean> {
  return withConnection({ ...loadClientConnectConfig().connectionOptions, address }, async (connection) => {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: TASK_QUEUES.core },
      taskQueueType: WORKFLOW_TASKS,
    });
    return pollers.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 >= since.getTime() - 1000);
  });
}

async function withConnection<T>(options: ConnectionOptions, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect(options);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function missingSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return SEARCH_ATTRIBUTES.map(({ name }) => name).filter((name) => customAttributes[name] === undefined);
}

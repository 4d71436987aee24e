import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Worker, bundleWorkflowCode } from '@temporalio/worker';
import type { TemporalClient } from '../../../src/temporal/client';
import { createSyncCommands, type SyncCommands } from '../../../src/temporal/runs/sync-commands';
import { TASK_QUEUES } from '../../../src/temporal/task-queues';
import { createNamespace, quietTemporalSdk, sharedTemporal, temporalClient } from '../../support/temporal-server';

export interface TemporalFixture {
  readonly client: Client;
  readonly commands: SyncCommands;
  /** The same, with little patience. */
  readonly hastyCommands: SyncCommands;
  /** Serves the stand-in workflow; the returned function ends that. */
  startWorker(): Promise<() => Promise<void>>;
}

const HASTY_MS = 1_000;

/** A namespace of its own in a real Temporal server, with our search attributes. */
export function useTemporal(): TemporalFixture {
  let opened: { temporal: TemporalClient; native: NativeConnection; bundle: { code: string } } | undefined;
  before(async function () {
    this.timeout(60_000);
    quietTemporalSdk();
    const { address } = await sharedTemporal();
    opened = {
      temporal: temporalClient(address, await createNamespace(address)),
      native: await NativeConnection.connect({ address }),
      bundle: await bundleWorkflowCode({
        workflowsPath: require.resolve('./workflows'),
        logger: new DefaultLogger('ERROR'),
      }),
    };
  });
  after(async () => {
    await opened?.native.close();
    await opened?.temporal.connection.close();
  });
  const started = () => {
    if (!opened) throw new Error('Temporal runs only while tests run.');
    return opened;
  };
  return {
    get client() {
      return started().temporal.client;
    },
    get commands() {
      return createSyncCommands(started().temporal);
    },
    get hastyCommands() {
      return createSyncCommands(started().temporal, { callMs: HASTY_MS, effectMs: HASTY_MS });
    },
    async startWorker() {
      const { native, temporal, bundle } = started();
      const worker = await Worker.create({
        connection: native,
        namespace: temporal.namespace,
        taskQueue: TASK_QUEUES.core,
        workflowBundle: bundle,
      });
      const running = worker.run();
      return async () => {
        worker.shutdown();
        await running;
      };
    },
  };
}

/** The commands as they are when no Temporal server answers. */
export function unreachableTemporal(): SyncCommands {
  const connection = Connection.lazy({ address: '127.0.0.1:1' });
  const client = new Client({ connection });
  return createSyncCommands({ client, connection, namespace: 'default' }, { callMs: 300, effectMs: 300 });
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import {
  createCoreActivities,
  createLoadActivities,
  createZohoActivities,
  type ActivityDependencies,
} from './activities';
import { FailureInterceptor } from './activities/failure-interceptor';
import { TASK_QUEUES } from './temporal/task-queues';

export interface WorkerSettings {
  connection: NativeConnection;
  namespace: string;
  dependencies: ActivityDependencies;
  apiConcurrency: number;
  loadConcurrency: number;
}

/** Cached workflows; each keeps about half a megabyte. */
const CACHED_WORKFLOWS = 200;

/**
 * One worker per task queue, so that calls that wait on the network, loads that keep PostgreSQL busy and bookkeeping do
 * not stand in each other's way.
 */
export async function createWorkers(settings: WorkerSettings): Promise<Worker[]> {
  const { dependencies } = settings;
  const common = {
    connection: settings.connection,
    namespace: settings.namespace,
    interceptors: { activity: [() => ({ inbound: new FailureInterceptor(dependencies.logger) })] },
    // A cancellation travels with the answer to a heartbeat: this is how late it may be.
    maxHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: '10s',
    shutdownForceTime: '40s',
  } satisfies Partial<WorkerOptions>;
  return Promise.all([
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUES.core,
      ...workflowCode(),
      activities: createCoreActivities(dependencies),
      maxCachedWorkflows: CACHED_WORKFLOWS,
      maxConcurrentActivityTaskExecutions: 8,
    }),
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUES.zohoApi,
      activities: createZohoActivities(dependencies),
      maxConcurrentActivityTaskExecutions: settings.apiConcurrency,
    }),
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUES.databaseLoad,
      activities: createLoadActivities(dependencies),
      maxConcurrentActivityTaskExecutions: settings.loadConcurrency,
    }),
  ]);
}

/** The bundle that the build made, or, when run from source, the workflows themselves. */
function workflowCode(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = path.join(__dirname, '..', 'workflow-bundle.js');
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath: require.resolve('./workflows') };
}

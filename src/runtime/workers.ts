import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import {
  createCoreActivities,
  createLoadActivities,
  createZohoActivities,
  type ActivityDependencies,
} from '../activities';
import { FailureInterceptor, type AttemptBooks } from '../activities/failure-interceptor';
import { forgetFailedAttempts, recordFailedAttempt } from '../db/runs/waits';
import { TASK_QUEUES } from '../temporal/task-queues';
import { openTogether } from './disposal-stack';
import type { Places } from './places';

export interface WorkerSettings {
  connection: NativeConnection;
  namespace: string;
  dependencies: ActivityDependencies;
  places: Places;
}

/** Cached workflows; each keeps about half a megabyte. */
const CACHED_WORKFLOWS = 200;

/** Workers of one process that start and stop together. */
export class Workers {
  readonly #workers: readonly Worker[];
  #runs: Promise<void>[] = [];

  /** @param workers created and not yet run */
  constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  /** Polls until a signal or {@link close} stops all of them. @throws Error of the worker that broke down */
  async run(): Promise<void> {
    this.#runs = this.#workers.map((worker) => worker.run());
    try {
      await Promise.all(this.#runs);
    } finally {
      await this.close();
    }
  }

  /** Stops the workers, also those that never ran: a worker lets go of its connection only at the end of a run. */
  async close(): Promise<void> {
    const unrun = this.#workers.filter((worker) => worker.getState() === 'INITIALIZED');
    await Promise.all(unrun.map((worker) => worker.runUntil(Promise.resolve())));
    for (const worker of this.#workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.allSettled(this.#runs);
  }
}

/**
 * One worker per task queue, so that calls that wait on the network, loads that keep PostgreSQL busy and bookkeeping do
 * not hold each other up.
 * @throws Error when one cannot be created; the others are stopped then
 */
export async function createWorkers(settings: WorkerSettings): Promise<Workers> {
  return openTogether(async (stack) => {
    const all: Worker[] = [];
    const isStopping = () => all.some((worker) => !['INITIALIZED', 'RUNNING'].includes(worker.getState()));
    const created = await Promise.allSettled(
      workerOptions(settings, isStopping).map((options) => Worker.create(options)),
    );
    all.push(...created.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
    const workers = new Workers(all);
    stack.defer(() => workers.close());
    const failed = created.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return workers;
  });
}

function workerOptions(settings: WorkerSettings, isStopping: () => boolean): WorkerOptions[] {
  const { dependencies, places } = settings;
  const { knex, logger } = dependencies;
  const books: AttemptBooks = {
    record: (failed) => recordFailedAttempt(knex, failed),
    forget: (run, activityId, isSettled) => forgetFailedAttempts(knex, run, activityId, isSettled),
  };
  const common = {
    connection: settings.connection,
    namespace: settings.namespace,
    interceptors: { activity: [() => ({ inbound: new FailureInterceptor(logger, books) })] },
    // A cancellation travels with the answer to a heartbeat: this is how late it may be.
    maxHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: '10s',
    shutdownForceTime: '40s',
  } satisfies Partial<WorkerOptions>;
  return [
    {
      ...common,
      taskQueue: TASK_QUEUES.core,
      ...workflowCode(),
      activities: createCoreActivities(dependencies, isStopping),
      maxCachedWorkflows: CACHED_WORKFLOWS,
      maxConcurrentActivityTaskExecutions: places.core,
    },
    {
      ...common,
      taskQueue: TASK_QUEUES.zohoApi,
      activities: createZohoActivities(dependencies),
      maxConcurrentActivityTaskExecutions: places.calls,
    },
    {
      ...common,
      taskQueue: TASK_QUEUES.zohoScans,
      activities: createZohoActivities(dependencies),
      maxConcurrentActivityTaskExecutions: places.scans,
    },
    {
      ...common,
      taskQueue: TASK_QUEUES.databaseLoad,
      activities: createLoadActivities(dependencies),
      maxConcurrentActivityTaskExecutions: places.loads,
    },
  ];
}

/** The bundle that the build made, or, when run from source, the workflows themselves. */
function workflowCode(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = path.join(__dirname, '..', '..', 'workflow-bundle.js');
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath: require.resolve('../workflows') };
}

import {
  ActivityCancellationType,
  proxyActivities,
  type ActivityOptions,
  type RetryPolicy,
} from '@temporalio/workflow';
import type { CoreActivities, LoadActivities, ZohoActivities } from '../activities';
import { TASK_QUEUES } from '../temporal/task-queues';

/**
 * Every activity's limits in one place. Failures say themselves whether they are worth another attempt (see the failure
 * interceptor), so no policy counts attempts: a deploy consumes one too. What bounds them is time.
 */
const RETRY: RetryPolicy = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '20s' };

/** Longer than any outage that a run should sit out by itself. */
const PATIENCE = '6h';

/** Tells a slow attempt from a dead one, and brings it the cancellation. */
const HEARTBEAT = '10s';

const WAIT = { cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED, retry: RETRY } as const;

/** One statement or a few; must succeed sooner or later, since it tells what happened. */
const bookkeeping: ActivityOptions = {
  ...WAIT,
  taskQueue: TASK_QUEUES.core,
  startToCloseTimeout: '1m',
};

/** A handful of calls. */
const calls: ActivityOptions = {
  ...WAIT,
  taskQueue: TASK_QUEUES.zohoApi,
  startToCloseTimeout: '5m',
  heartbeatTimeout: HEARTBEAT,
  scheduleToCloseTimeout: PATIENCE,
};

/** Calls without end in sight. */
const walks: ActivityOptions = {
  ...calls,
  startToCloseTimeout: '2h',
};

/** Waiting for a job at Zoho: each attempt asks once. */
const polling: ActivityOptions = {
  ...calls,
  startToCloseTimeout: '1m',
};

const loading: ActivityOptions = {
  ...WAIT,
  taskQueue: TASK_QUEUES.databaseLoad,
  startToCloseTimeout: '1h',
  heartbeatTimeout: HEARTBEAT,
  scheduleToCloseTimeout: PATIENCE,
};

export const { recordProgress, finishFullSync, reconcileSessions, reconcileConnections } =
  proxyActivities<CoreActivities>(bookkeeping);
export const { planFullSync, orderBulkRead, countBothSides } = proxyActivities<ZohoActivities>(calls);
export const { awaitBulkRead } = proxyActivities<ZohoActivities>(polling);
export const { readByListPages, readChanges, readDeletes, sweepUnseenRows } = proxyActivities<ZohoActivities>(walks);
export const { loadBulkPage, countSweepCandidates, indexMirror } = proxyActivities<LoadActivities>(loading);

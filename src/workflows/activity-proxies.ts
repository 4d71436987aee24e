import {
  ActivityCancellationType,
  proxyActivities,
  type ActivityOptions,
  type RetryPolicy,
} from '@temporalio/workflow';
import type { CoreActivities, LoadActivities, ZohoActivities } from '../activities';
import type { Unfinished } from '../activities/pull/leg';
import { TASK_QUEUES } from '../temporal/task-queues';

/**
 * Every activity's limits in one place. How long a failure is tried again follows from its kind (the failure interceptor
 * counts, `domain/retry-rules.ts`); this policy is for attempts that end without a failure, as when a worker is killed.
 */
const RETRY: RetryPolicy = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '20s' };

/** Longer than the longest retry rule, so that an activity ends with the type of what failed and not as timed out. */
const MAX_WAIT = '36h';

/** Tells a slow attempt from a dead one, and brings it the cancellation. */
const HEARTBEAT = '10s';

const WAIT = { cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED, retry: RETRY } as const;

/** One statement or a few; must succeed sooner or later, since it records what happened. */
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
  scheduleToCloseTimeout: MAX_WAIT,
};

/** Calls without end in sight. */
const scans: ActivityOptions = {
  ...calls,
  taskQueue: TASK_QUEUES.zohoScans,
  startToCloseTimeout: '2h',
};

/** A look into an inbox: half a minute, and longer where a list of changes has to be read to its end. */
const draining: ActivityOptions = {
  ...calls,
  startToCloseTimeout: '1h',
};

/** Waiting for a job at Zoho: each attempt asks once. */
const polling: ActivityOptions = {
  ...calls,
  startToCloseTimeout: '1m',
};

/** Notifies the caller of an operation: a few attempts, which the activity counts itself. */
const notifying: ActivityOptions = {
  ...WAIT,
  taskQueue: TASK_QUEUES.core,
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '1h',
};

/** A round of the housekeeping, which heartbeats at each look. */
const keeping: ActivityOptions = {
  ...WAIT,
  taskQueue: TASK_QUEUES.core,
  startToCloseTimeout: '10m',
  heartbeatTimeout: HEARTBEAT,
};

/** A task of the housekeeping that asks Zoho: it has one attempt, since its turn comes again. */
const asking: ActivityOptions = {
  ...calls,
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '10m',
  retry: { maximumAttempts: 1 },
};

const loading: ActivityOptions = {
  ...WAIT,
  taskQueue: TASK_QUEUES.databaseLoad,
  startToCloseTimeout: '1h',
  heartbeatTimeout: HEARTBEAT,
  scheduleToCloseTimeout: MAX_WAIT,
};

/**
 * An activity that works in legs: as long as it says that there is more, it is scheduled again, behind what waits.
 * @param rest schedules the legs after the first
 */
function inLegs<Request, Result>(
  first: (request: Request) => Promise<Result | Unfinished>,
  rest = first,
): (request: Request) => Promise<Exclude<Result, Unfinished>> {
  return async (request) => {
    let leg = await first(request);
    while (isUnfinished(leg)) leg = await rest(request);
    return leg as Exclude<Result, Unfinished>;
  };
}

export function isUnfinished(result: unknown): result is Unfinished {
  return typeof result === 'object' && result !== null && 'more' in result;
}

/** The words are what the Temporal UI shows beside the activity's name. */
const zoho = (options: ActivityOptions, summary: string) => proxyActivities<ZohoActivities>({ ...options, summary });
const core = (summary: string) => proxyActivities<CoreActivities>({ ...bookkeeping, summary });
const notify = (summary: string) => proxyActivities<CoreActivities>({ ...notifying, summary });
const keep = (summary: string) => proxyActivities<CoreActivities>({ ...keeping, summary });
const load = (summary: string) => proxyActivities<LoadActivities>({ ...loading, summary });

export const { openSession } = core('Open the session, or find that there is nothing to do');
export const { recordProgress } = core('Write the session row and its log');
export const { auditMessage } = core('Write a message into the audit log');
export const { finishFullSync, finishIncrementalSync } = core('Set the watermark, sum up');
export const { finishComparison } = core('Sum up what differed');
export const { planNightly } = core('Decide what is synced, and in which order');
export const { finishNightly } = core('Sum up the night');
export const { runDueTasks } = keep('Do what is due, for some minutes');
export const { closeApproval } = core('Say what became of the approval');
export const { recordBulkOperation } = core("Write the operation's row");
export const { settleOperation: closeRemainingItems } = core('Give every record its outcome, and count');
export const { markFileUnknown } = core('Mark the outcomes of a file as unknown');
export const { notifyCaller } = notify('Notify the caller of the end');

export const { planFullSync } = zoho(calls, 'Fields, table, row count, and how to read');
export const { planIncrementalSync } = zoho(calls, 'Fields, table, and where earlier sessions stopped');
export const { orderBulkRead: submitBulkRead } = zoho(calls, 'Submit an export of 200,000 rows');
export const { awaitBulkRead } = zoho(polling, 'Wait for the export; each attempt asks once');
export const { countBothSides } = zoho(calls, 'Count the rows on both sides');
export const readByListPages = inLegs(zoho(scans, 'Read list pages into the mirror').readByListPages);
export const { readChanges: beginChanges } = zoho(calls, 'Read what changed since the start');
export const continueChanges = inLegs(zoho(scans, 'Read more of what changed').readChanges);
export const readDeletes = inLegs(
  zoho(calls, 'Remove what Zoho lists as deleted').readDeletes,
  zoho(scans, 'Remove all that Zoho lists as deleted').readDeletes,
);
export const { readRestored } = zoho(calls, 'Look for records that were restored');
export const { retryQuarantined } = zoho(calls, 'Ask again for records that did not fit');
export const { refetchRecords } = zoho(calls, 'Ask for chosen records, 100 a call');
export const { findExtraRows } = zoho(scans, 'Ask for rows that no page has shown');
export const { weighDifferences } = zoho(calls, 'Count the records that differ');
export const settleDifferences = inLegs(zoho(scans, 'Ask for the records that differ').settleDifferences);
export const sweepUnseenRows = inLegs(zoho(scans, 'Remove rows that Zoho no longer has').sweepUnseenRows);
export const removeApproved = inLegs(
  zoho(scans, 'Ask once more for what was approved, remove what is gone').removeApproved,
);
export const readNewColumns = inLegs(zoho(scans, 'Ask for the records that have a value').readNewColumns);
export const { drainInbox } = zoho(draining, 'Read the records that Zoho has told of');
export const { refreshMetadata } = zoho(asking, 'Read which modules there are, and the fields of changed ones');
export const { renewChannels } = zoho(asking, 'Subscribe and renew the channels of notifications');
export const { planBulkWrite } = zoho(calls, 'Sort the records into files, check their fields');
export const { uploadBulkWriteFile } = zoho(calls, 'Write a file and upload it');
export const { orderBulkWriteJob: submitBulkWriteJob } = zoho(calls, 'Submit the job that writes the file');
export const { awaitBulkWrite } = zoho(polling, 'Wait for the job; each attempt asks once');
export const { collectBulkWriteResult } = zoho(calls, 'Read the outcome of each row');
export const { planMassUpdate } = zoho(calls, 'Check the fields');
export const updateByIds = inLegs(zoho(calls, 'Update the records, 500 a call').updateByIds);
export const { orderMassUpdate: submitMassUpdate } = zoho(calls, 'Submit the job for the view');
export const { awaitMassUpdate } = zoho(polling, 'Wait for the job; each attempt asks once');

export const { loadBulkPage } = load('Load an exported file into the mirror');
export const { weighSweep } = load('Count rows that were not seen; many await approval');
export const { indexMirror } = load('Build the indexes');

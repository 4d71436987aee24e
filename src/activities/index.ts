import type { TaskOfConnection } from '../domain/maintenance/housekeeping-tasks';
import type { SessionRequest } from '../temporal/contract/open-session';
import type { OperationTarget, SyncTarget } from '../temporal/contract/targets';
import { closeApproval, type EndedApproval } from './approvals/close-approval';
import { removeApproved, type ApprovedRemoval } from './approvals/remove-approved';
import { auditMessage, type AuditedMessage } from './audit-message';
import { awaitBulkWrite, collectBulkWriteResult } from './bulk-operations/bulk-write-result';
import { markFileUnknown, closeRemainingItems } from './bulk-operations/close-pending-items';
import { awaitMassUpdate, submitMassUpdate, planMassUpdate, updateByIds } from './bulk-operations/mass-update';
import { notifyCaller } from './bulk-operations/notify-caller';
import { planBulkWrite } from './bulk-operations/plan-bulk-write';
import { submitBulkWriteJob, uploadBulkWriteFile, type BulkWriteFileTarget } from './bulk-operations/submit-bulk-write';
import type { ActivityDependencies } from './dependencies';
import { inLeg } from './in-leg';
import { Housekeeper, runTaskOfConnection } from './maintenance/housekeeper';
import { refreshMetadata } from './maintenance/refresh-metadata';
import { quietTasks } from './maintenance/tasks';
import { drainInbox, type DrainRequest } from './notifications/drain-inbox';
import { renewChannels } from './notifications/renew-channels';
import { openSession } from './open-session';
import {
  awaitBulkRead,
  loadBulkPage,
  submitBulkRead,
  type BulkPageRequest,
  type LoadBulkPageRequest,
} from './pull/bulk-read';
import { findExtraRows, type ExtraRowsRequest } from './pull/comparison/find-extra-rows';
import { finishComparison, type ComparisonToFinish } from './pull/comparison/finish-comparison';
import {
  settleDifferences,
  weighDifferences,
  type DifferencesRequest,
  type SettleRequest,
} from './pull/comparison/settle-differences';
import { countBothSides } from './pull/count-both-sides';
import {
  readDeletes,
  sweepUnseenRows,
  weighSweep,
  type DeletesRequest,
  type SweepRequest,
  type SweepRun,
} from './pull/deletes';
import {
  finishFullSync,
  finishIncrementalSync,
  indexMirror,
  type FinishIncrementalRequest,
  type FinishRequest,
  type IndexRequest,
} from './pull/finish-full-sync';
import { Leg } from './pull/leg';
import { readByListPages, readChanges, type ChangesRequest, type ListReadRequest } from './pull/list-read';
import { planFullSync, type FullSyncPlanRequest } from './pull/plan-full-sync';
import { planIncrementalSync, type IncrementalPlanRequest } from './pull/plan-incremental-sync';
import { readRestored, type RestoredRequest } from './pull/read-restored';
import { refreshRecords } from './pull/refresh-records';
import { retryQuarantined, type RetryRequest } from './pull/retry-quarantined';
import { recordRun, type RecordedUpdate } from './record-run';
import { finishNightly, type NightToFinish } from './schedules/finish-nightly';
import { planNightly, type NightRequest } from './schedules/plan-nightly';
import { fillColumns } from './schema-changes/fill-columns';

/**
 * Quick work on the engine's own tables: the `core` queue.
 * @param isStopping says whether the worker has been told to end
 */
export function createCoreActivities(deps: ActivityDependencies, isStopping: () => boolean) {
  const housekeeper = new Housekeeper(deps, quietTasks(deps), isStopping);
  return {
    openSession: (request: SessionRequest) => openSession(deps, request),
    /** Writes a step of a session. */
    recordProgress: (update: RecordedUpdate) => recordRun(deps, 'session', update),
    finishFullSync: (request: FinishRequest) => finishFullSync(deps, request),
    finishComparison: (request: ComparisonToFinish) => finishComparison(deps, request),
    finishIncrementalSync: (request: FinishIncrementalRequest) => finishIncrementalSync(deps, request),
    /** Writes a message to a run that did not come by the API into the audit log. */
    auditMessage: (message: AuditedMessage) => auditMessage(deps, message),
    runDueTasks: () => housekeeper.runDueTasks(),
    closeApproval: (approval: EndedApproval) => closeApproval(deps, approval),
    planNightly: (request: NightRequest) => planNightly(deps, request),
    finishNightly: (night: NightToFinish) => finishNightly(deps, night),
    /** Writes a step of a bulk operation. */
    recordBulkOperation: (update: RecordedUpdate) => recordRun(deps, 'operation', update),
    settleOperation: (target: OperationTarget) => closeRemainingItems(deps, target),
    markFileUnknown: (target: BulkWriteFileTarget) => markFileUnknown(deps, target),
    notifyCaller: (target: OperationTarget) => notifyCaller(deps, target),
  };
}

/** Work that waits for Zoho: the `zoho-api` queue. */
export function createZohoActivities(deps: ActivityDependencies) {
  return {
    planFullSync: (request: FullSyncPlanRequest) => planFullSync(deps, request),
    planIncrementalSync: (request: IncrementalPlanRequest) => planIncrementalSync(deps, request),
    orderBulkRead: (request: BulkPageRequest) => submitBulkRead(deps, request),
    awaitBulkRead: (request: BulkPageRequest) => awaitBulkRead(deps, request),
    readByListPages: (request: ListReadRequest) => inLeg(deps, request, (leg) => readByListPages(deps, request, leg)),
    readChanges: (request: ChangesRequest) => inLeg(deps, request, (leg) => readChanges(deps, request, leg)),
    readDeletes: (request: DeletesRequest) => inLeg(deps, request, (leg) => readDeletes(deps, request, leg.mostCalls)),
    readRestored: (request: RestoredRequest) => readRestored(deps, request),
    refetchRecords: (target: SyncTarget) => refreshRecords(deps, target),
    retryQuarantined: (request: RetryRequest) => retryQuarantined(deps, request),
    weighDifferences: (request: DifferencesRequest) => weighDifferences(deps, request),
    settleDifferences: (request: SettleRequest) => inLeg(deps, request, (leg) => settleDifferences(deps, request, leg)),
    findExtraRows: (request: ExtraRowsRequest) => inLeg(deps, request, (leg) => findExtraRows(deps, request, leg)),
    sweepUnseenRows: (request: SweepRun) => inLeg(deps, request, (leg) => sweepUnseenRows(deps, request, leg)),
    removeApproved: (request: ApprovedRemoval) => inLeg(deps, request, (leg) => removeApproved(deps, request, leg)),
    readNewColumns: (target: SyncTarget) => inLeg(deps, target, (leg) => fillColumns(deps, target, leg)),
    countBothSides: (target: SyncTarget) => countBothSides(deps, target),
    renewChannels: (task: TaskOfConnection) =>
      runTaskOfConnection(deps, task, () => renewChannels(deps, task.connectionId)),
    refreshMetadata: (task: TaskOfConnection) =>
      runTaskOfConnection(deps, task, () => refreshMetadata(deps, task.connectionId)),
    drainInbox: (request: DrainRequest) => drainInbox(deps, request),
    planBulkWrite: (target: OperationTarget) => planBulkWrite(deps, target),
    uploadBulkWriteFile: (target: BulkWriteFileTarget) => uploadBulkWriteFile(deps, target),
    orderBulkWriteJob: (target: BulkWriteFileTarget) => submitBulkWriteJob(deps, target),
    awaitBulkWrite: (target: BulkWriteFileTarget) => awaitBulkWrite(deps, target),
    collectBulkWriteResult: (target: BulkWriteFileTarget) => collectBulkWriteResult(deps, target),
    planMassUpdate: (target: OperationTarget) => planMassUpdate(deps, target),
    updateByIds: (target: OperationTarget) => updateByIds(deps, target, new Leg({ ms: deps.scanLegMs })),
    orderMassUpdate: (target: OperationTarget) => submitMassUpdate(deps, target),
    awaitMassUpdate: (target: OperationTarget) => awaitMassUpdate(deps, target),
  };
}

/** Work that keeps PostgreSQL busy: the `database-load` queue. */
export function createLoadActivities(deps: ActivityDependencies) {
  return {
    loadBulkPage: (request: LoadBulkPageRequest) => loadBulkPage(deps, request),
    weighSweep: (request: SweepRequest) => weighSweep(deps, request),
    indexMirror: (request: IndexRequest) => indexMirror(deps, request),
  };
}

export type CoreActivities = ReturnType<typeof createCoreActivities>;
export type ZohoActivities = ReturnType<typeof createZohoActivities>;
export type LoadActivities = ReturnType<typeof createLoadActivities>;

export type { ActivityDependencies } from './dependencies';

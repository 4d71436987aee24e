import { recordBulkOperation } from '../db/bulk-operations/bulk-operations';
import { recordProgress, type SessionUpdate } from '../db/sessions/session-updates';
import type { OperationTarget, SyncTarget } from '../temporal/contract/targets';
import { awaitBulkWrite, collectBulkWriteResult } from './bulk-operations/bulk-write-result';
import { awaitMassUpdate, orderMassUpdate, planMassUpdate, updateByIds } from './bulk-operations/mass-update';
import { notifyCaller } from './bulk-operations/notify-caller';
import { planBulkWrite } from './bulk-operations/plan-bulk-write';
import { markFileUnknown, settleOperation } from './bulk-operations/settle-operation';
import { orderBulkWriteJob, uploadBulkWriteFile, type BulkWriteFileTarget } from './bulk-operations/submit-bulk-write';
import type { ActivityDependencies } from './dependencies';
import { reconcileConnections } from './maintenance/reconcile-connections';
import { reconcileSessions } from './maintenance/reconcile-sessions';
import {
  awaitBulkRead,
  loadBulkPage,
  orderBulkRead,
  type BulkPageRequest,
  type LoadBulkPageRequest,
} from './pull/bulk-read';
import {
  countSweepCandidates,
  readDeletes,
  sweepUnseenRows,
  type DeletesRequest,
  type SweepRequest,
  type SweepRun,
} from './pull/deletes';
import {
  countBothSides,
  finishFullSync,
  finishIncrementalSync,
  indexMirror,
  type FinishRequest,
} from './pull/finish-full-sync';
import { readByListPages, readChanges, type ChangesRequest, type ListReadRequest } from './pull/list-read';
import { planFullSync, type PlanRequest } from './pull/plan-full-sync';
import { planIncrementalSync, type IncrementalPlanRequest } from './pull/plan-incremental-sync';
import { readRestored, type RestoredRequest } from './pull/read-restored';

/** Quick work on the engine's own tables: the `core` queue. */
export function createCoreActivities(deps: ActivityDependencies) {
  return {
    /** Writes the session row, log lines and record statuses. Idempotent by sequence. */
    recordProgress: (update: SessionUpdate): Promise<boolean> => recordProgress(deps.knex, update),
    finishFullSync: (request: FinishRequest) => finishFullSync(deps, request),
    finishIncrementalSync: (request: Omit<FinishRequest, 'path'>) => finishIncrementalSync(deps, request),
    reconcileSessions: () => reconcileSessions(deps),
    reconcileConnections: () => reconcileConnections(deps),
    /** Writes the row of a bulk operation. Idempotent by sequence. */
    recordBulkOperation: (update: SessionUpdate): Promise<boolean> => recordBulkOperation(deps.knex, update),
    settleOperation: (target: OperationTarget) => settleOperation(deps, target),
    markFileUnknown: (target: BulkWriteFileTarget) => markFileUnknown(deps, target),
    notifyCaller: (target: OperationTarget) => notifyCaller(deps, target),
  };
}

/** Work that waits for Zoho: the `zoho-api` queue. */
export function createZohoActivities(deps: ActivityDependencies) {
  return {
    planFullSync: (request: PlanRequest) => planFullSync(deps, request),
    planIncrementalSync: (request: IncrementalPlanRequest) => planIncrementalSync(deps, request),
    orderBulkRead: (request: BulkPageRequest) => orderBulkRead(deps, request),
    awaitBulkRead: (request: BulkPageRequest) => awaitBulkRead(deps, request),
    readByListPages: (request: ListReadRequest) => readByListPages(deps, request),
    readChanges: (request: ChangesRequest) => readChanges(deps, request),
    readDeletes: (request: DeletesRequest) => readDeletes(deps, request),
    readRestored: (request: RestoredRequest) => readRestored(deps, request),
    sweepUnseenRows: (request: SweepRun) => sweepUnseenRows(deps, request),
    countBothSides: (target: SyncTarget) => countBothSides(deps, target),
    planBulkWrite: (target: OperationTarget) => planBulkWrite(deps, target),
    uploadBulkWriteFile: (target: BulkWriteFileTarget) => uploadBulkWriteFile(deps, target),
    orderBulkWriteJob: (target: BulkWriteFileTarget) => orderBulkWriteJob(deps, target),
    awaitBulkWrite: (target: BulkWriteFileTarget) => awaitBulkWrite(deps, target),
    collectBulkWriteResult: (target: BulkWriteFileTarget) => collectBulkWriteResult(deps, target),
    planMassUpdate: (target: OperationTarget) => planMassUpdate(deps, target),
    updateByIds: (target: OperationTarget) => updateByIds(deps, target),
    orderMassUpdate: (target: OperationTarget) => orderMassUpdate(deps, target),
    awaitMassUpdate: (target: OperationTarget) => awaitMassUpdate(deps, target),
  };
}

/** Work that keeps PostgreSQL busy: the `database-load` queue. */
export function createLoadActivities(deps: ActivityDependencies) {
  return {
    loadBulkPage: (request: LoadBulkPageRequest) => loadBulkPage(deps, request),
    countSweepCandidates: (request: SweepRequest) => countSweepCandidates(deps, request),
    indexMirror: (target: SyncTarget) => indexMirror(deps, target),
  };
}

export type CoreActivities = ReturnType<typeof createCoreActivities>;
export type ZohoActivities = ReturnType<typeof createZohoActivities>;
export type LoadActivities = ReturnType<typeof createLoadActivities>;

export type { SessionUpdate } from '../db/sessions/session-updates';
export type { ChunkResult } from '../db/mirror/load/load-chunk';
export type { ActivityDependencies } from './dependencies';

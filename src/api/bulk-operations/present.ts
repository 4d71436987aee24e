import type { Knex } from 'knex';
import { namesOfConnections } from '../../db/bulk-operations/bulk-operations';
import { listWriteJobs, type WriteJobRow } from '../../db/bulk-operations/bulk-write-jobs';
import { sumLedgerBySession } from '../../db/credits/api-ledger';
import type { BulkOperationModel } from '../../db/models/bulk-operation';
import type { BulkOperationItemModel } from '../../db/models/bulk-operation-item';
import { findWaits, type RunWait } from '../../db/runs/waits';
import { operationPath } from '../paths';
import { offeredActions, presentWait, runLinks, type Audience } from '../runs/present-run';
import type { BulkOperation, BulkOperationAnswer, BulkResult } from './schemas';

/** Operations as the API shows them, with what their calls cost. */
export async function presentOperations(
  knex: Knex,
  operations: readonly BulkOperationModel[],
  audience: Audience,
): Promise<BulkOperation[]> {
  const [names, spent, waits] = await Promise.all([
    namesOfConnections(knex, [...new Set(operations.map(({ connectionId }) => connectionId))]),
    sumLedgerBySession(
      knex,
      operations.map(({ id }) => id),
    ),
    findWaits(
      knex,
      operations.map(({ id }) => id),
    ),
  ]);
  return operations.map((operation) => {
    const { calls = 0, credits = 0 } = spent.get(operation.id) ?? {};
    const connection = names.get(operation.connectionId) ?? '';
    const actions = offeredActions(operation, audience);
    const self = operationPath(operation.kind, operation.id);
    const links = { ...runLinks(self, operation, actions, audience), results: `${self}/results`, logs: `${self}/logs` };
    return { ...presentRow(operation, connection, calls, credits, waits.get(operation.id)), actions, links };
  });
}

/** One operation and its jobs at Zoho. */
export async function presentOperation(
  knex: Knex,
  operation: BulkOperationModel,
  audience: Audience,
): Promise<BulkOperationAnswer> {
  const [[presented], jobs] = await Promise.all([
    presentOperations(knex, [operation], audience),
    listWriteJobs(knex, operation.id),
  ]);
  if (!presented) throw new Error(`Operation ${operation.id} could not be shown.`);
  return { operation: presented, jobs: jobs.map(presentJob) };
}

export function presentResult({
  position,
  action,
  moduleName,
  status,
  recordId,
  errors,
}: BulkOperationItemModel): BulkResult {
  // Stored from 1, as PostgreSQL numbers rows; shown from 0, as JSON pointers count.
  return { position: position - 1, operation: action, module: moduleName, status, recordId, errors: errors ?? [] };
}

function presentRow(
  operation: BulkOperationModel,
  connection: string,
  calls: number,
  credits: number,
  wait: RunWait | undefined,
): Omit<BulkOperation, 'actions' | 'links'> {
  const { totalRecords, processedRecords } = operation;
  const isDone = operation.status === 'completed';
  const share = totalRecords ? Math.floor((processedRecords / totalRecords) * 1000) / 10 : null;
  return {
    id: operation.id,
    kind: operation.kind,
    connection,
    modules: operation.moduleNames,
    status: operation.status,
    phase: operation.phase,
    message: operation.message,
    totalRecords,
    processedRecords,
    successfulRecords: operation.successfulRecords,
    failedRecords: operation.failedRecords,
    progressPercentage: isDone ? 100 : share,
    startedAt: operation.startedAt.toISOString(),
    completedAt: operation.completedAt?.toISOString() ?? null,
    lastActivityAt: operation.lastActivityAt.toISOString(),
    apiCallsMade: calls,
    creditsSpent: credits,
    errorMessage: operation.errorMessage,
    pauseReason: operation.pauseReason,
    waitingFor: presentWait(operation, wait),
    callbackState: operation.callbackState,
    plan: operation.plan as BulkOperation['plan'],
    result: operation.result as BulkOperation['result'],
    initiatedBy: operation.initiatedBy,
    workflowId: operation.workflowId,
  };
}

function presentJob({ file, details, state, zohoJobId, counts }: WriteJobRow): BulkOperationAnswer['jobs'][number] {
  const { module, action, rows } = details;
  return { file, module, operation: action ?? 'mass_update', records: rows ?? null, state, zohoJobId, counts };
}

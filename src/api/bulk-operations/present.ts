import type { Knex } from 'knex';
import { namesOfConnections } from '../../db/bulk-operations/bulk-operations';
import { listWriteJobs, type WriteJobRow } from '../../db/bulk-operations/bulk-write-jobs';
import { sumLedgerBySession } from '../../db/credits/api-ledger';
import type { BulkOperationModel } from '../../db/models/bulk-operation';
import type { BulkOperationItemModel } from '../../db/models/bulk-operation-item';
import type { BulkOperation, BulkOperationAnswer, BulkResult } from './schemas';

/** Operations as the API shows them, with what their calls cost. */
export async function representOperations(
  knex: Knex,
  operations: readonly BulkOperationModel[],
): Promise<BulkOperation[]> {
  const [names, spent] = await Promise.all([
    namesOfConnections(knex, [...new Set(operations.map(({ connectionId }) => connectionId))]),
    sumLedgerBySession(
      knex,
      operations.map(({ id }) => id),
    ),
  ]);
  return operations.map((operation) => {
    const { calls = 0, credits = 0 } = spent.get(operation.id) ?? {};
    return represent(operation, names.get(operation.connectionId) ?? '', calls, credits);
  });
}

/** One operation and its jobs at Zoho. */
export async function representOperation(knex: Knex, operation: BulkOperationModel): Promise<BulkOperationAnswer> {
  const [[represented], jobs] = await Promise.all([
    representOperations(knex, [operation]),
    listWriteJobs(knex, operation.id),
  ]);
  if (!represented) throw new Error(`Operation ${operation.id} could not be shown.`);
  return { operation: represented, jobs: jobs.map(representJob) };
}

export function representResult({
  position,
  action,
  moduleName,
  status,
  recordId,
  errors,
}: BulkOperationItemModel): BulkResult {
  return { position, operation: action, module: moduleName, status, recordId, errors: errors ?? [] };
}

function represent(operation: BulkOperationModel, connection: string, calls: number, credits: number): BulkOperation {
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
    callbackState: operation.callbackState,
    result: operation.result,
    initiatedBy: operation.initiatedBy,
    workflowId: operation.workflowId,
  };
}

function representJob({ file, details, state, zohoJobId, counts }: WriteJobRow): BulkOperationAnswer['jobs'][number] {
  const { module, action, rows } = details;
  return { file, module, operation: action ?? 'mass_update', records: rows ?? null, state, zohoJobId, counts };
}

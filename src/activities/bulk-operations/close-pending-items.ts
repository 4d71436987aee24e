import { countItems, closePendingItems } from '../../db/bulk-operations/bulk-operation-items';
import { closeOperationItems } from '../../db/bulk-operations/close-operation-items';
import type { ItemCounts } from '../../domain/runs/bulk-operations';
import type { OperationTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';

export interface ClosedItems {
  counts: ItemCounts;
  /** Jobs that Zoho still runs; it has no way to stop one. */
  runningJobs: string[];
}

/** Closes the records of an operation that are still pending, and counts. Idempotent. */
export async function closeRemainingItems(
  { knex }: ActivityDependencies,
  { operationId }: OperationTarget,
): Promise<ClosedItems> {
  const runningJobs = await closeOperationItems(knex, operationId);
  return { counts: await countItems(knex, operationId), runningJobs };
}

/** Closes the pending records of a file as `unknown`: Zoho cannot say what became of them. Idempotent. */
export async function markFileUnknown(
  { knex }: ActivityDependencies,
  { operationId, file }: OperationTarget & { file: number },
): Promise<number> {
  return closePendingItems(knex, operationId, { status: 'unknown', code: 'ORDER_NOT_ANSWERED' }, file);
}

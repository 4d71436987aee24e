import { countItems, settlePendingItems } from '../../db/bulk-operations/bulk-operation-items';
import { settleRecords } from '../../db/bulk-operations/settle-operation';
import type { ItemCounts } from '../../domain/runs/bulk-operations';
import type { OperationTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';

export interface SettledOperation {
  counts: ItemCounts;
  /** Jobs that go on at Zoho, which has no way to stop one. */
  runningJobs: string[];
}

/** Gives every record of an operation that has no end yet its end, and counts. Idempotent. */
export async function settleOperation(
  { knex }: ActivityDependencies,
  { operationId }: OperationTarget,
): Promise<SettledOperation> {
  const runningJobs = await settleRecords(knex, operationId);
  return { counts: await countItems(knex, operationId), runningJobs };
}

/** Notes of one file that nobody can find out what became of its records. Idempotent. */
export async function markFileUnknown(
  { knex }: ActivityDependencies,
  { operationId, file }: OperationTarget & { file: number },
): Promise<number> {
  return settlePendingItems(knex, operationId, { status: 'unknown', code: 'ORDER_NOT_ANSWERED' }, file);
}

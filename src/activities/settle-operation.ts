import type { ItemCounts } from '../domain/bulk-operations';
import { countItems, settlePendingItems } from '../db/bulk-operation-items';
import { listWriteJobs, type WriteJobRow } from '../db/bulk-write-jobs';
import type { ActivityDependencies, OperationTarget } from './dependencies';

export interface SettledOperation {
  counts: ItemCounts;
  /** Jobs that go on at Zoho, which has no way to stop one. */
  runningJobs: string[];
}

/**
 * Gives the records of an operation that ends early their end: those of a job that Zoho has, or may have, are unknown;
 * all others were never sent. Idempotent.
 */
export async function settleOperation(deps: ActivityDependencies, target: OperationTarget): Promise<SettledOperation> {
  const { knex } = deps;
  const { operationId } = target;
  const jobs = await listWriteJobs(knex, operationId);
  for (const { file } of jobs.filter(isAtZoho)) {
    await settlePendingItems(knex, operationId, { status: 'unknown', code: 'NOT_AWAITED' }, file);
  }
  await settlePendingItems(knex, operationId, { status: 'cancelled', code: 'NOT_SENT' });
  const running = jobs.filter((job) => isAtZoho(job) && job.state !== 'COMPLETED' && job.state !== 'FAILED');
  return {
    counts: await countItems(knex, operationId),
    runningJobs: running.map(({ zohoJobId }) => zohoJobId ?? 'of an unknown number'),
  };
}

/** Gives the records of one file that nothing can be found out about their end. Idempotent. */
export async function markFileUnknown(
  deps: ActivityDependencies,
  { operationId, file }: OperationTarget & { file: number },
): Promise<number> {
  return settlePendingItems(deps.knex, operationId, { status: 'unknown', code: 'ORDER_NOT_ANSWERED' }, file);
}

function isAtZoho({ zohoJobId, state }: WriteJobRow): boolean {
  return zohoJobId !== null || state === 'ORDERING';
}

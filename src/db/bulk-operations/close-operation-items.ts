import type { Knex } from 'knex';
import { closePendingItems } from './bulk-operation-items';
import { listWriteJobs, type WriteJobRow } from './bulk-write-jobs';

/**
 * Closes the pending records of an operation that ends early: those of a job that Zoho has, or may have, are unknown;
 * all others were never sent. Idempotent.
 * @returns jobs that Zoho still runs; it has no way to stop one
 */
export async function closeOperationItems(knex: Knex, operationId: string): Promise<string[]> {
  const jobs = (await listWriteJobs(knex, operationId)).filter(isAtZoho);
  for (const { file } of jobs) {
    await closePendingItems(knex, operationId, { status: 'unknown', code: 'NOT_AWAITED' }, file);
  }
  await closePendingItems(knex, operationId, { status: 'cancelled', code: 'NOT_SENT' });
  const running = jobs.filter(({ state }) => state !== 'COMPLETED' && state !== 'FAILED');
  return running.map(({ zohoJobId }) => zohoJobId ?? 'of an unknown number');
}

function isAtZoho({ zohoJobId, state }: WriteJobRow): boolean {
  return zohoJobId !== null || state === 'ORDERING';
}

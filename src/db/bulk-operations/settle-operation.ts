import type { Knex } from 'knex';
import { settlePendingItems } from './bulk-operation-items';
import { listWriteJobs, type WriteJobRow } from './bulk-write-jobs';

/**
 * Gives the records of an operation that ends early their end: those of a job that Zoho has, or may have, are unknown;
 * all others were never sent. Idempotent.
 * @returns jobs that go on at Zoho, which has no way to stop one
 */
export async function settleRecords(knex: Knex, operationId: string): Promise<string[]> {
  const jobs = (await listWriteJobs(knex, operationId)).filter(isAtZoho);
  for (const { file } of jobs) {
    await settlePendingItems(knex, operationId, { status: 'unknown', code: 'NOT_AWAITED' }, file);
  }
  await settlePendingItems(knex, operationId, { status: 'cancelled', code: 'NOT_SENT' });
  const running = jobs.filter(({ state }) => state !== 'COMPLETED' && state !== 'FAILED');
  return running.map(({ zohoJobId }) => zohoJobId ?? 'of an unknown number');
}

function isAtZoho({ zohoJobId, state }: WriteJobRow): boolean {
  return zohoJobId !== null || state === 'ORDERING';
}

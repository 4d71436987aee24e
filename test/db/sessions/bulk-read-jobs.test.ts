import assert from 'node:assert/strict';
import {
  findBulkReadJob,
  saveSubmittedBulkRead,
  updateBulkReadJob,
  type SubmittedBulkRead,
} from '../../../src/db/sessions/bulk-read-jobs';
import { someSession, useDatabase } from '../support';

describe('bulk-read jobs', () => {
  const database = useDatabase();

  async function ordered(more: Partial<SubmittedBulkRead> = {}): Promise<SubmittedBulkRead> {
    const session = await someSession(database.knex);
    const job: SubmittedBulkRead = {
      connectionId: session.connectionId,
      sessionId: session.id,
      page: 1,
      zohoJobId: '554023000000900001',
      state: 'ADDED',
      orderedAt: '2026-11-23T10:00:00.000Z',
      ...more,
    };
    await saveSubmittedBulkRead(database.knex, job);
    return job;
  }
  const find = (job: SubmittedBulkRead, page = job.page) => findBulkReadJob(database.knex, job.sessionId, page);

  it('are found by session and page', async () => {
    const job = await ordered();

    assert.deepEqual(await find(job), {
      zohoJobId: '554023000000900001',
      state: 'ADDED',
      orderedAt: '2026-11-23T10:00:00.000Z',
      orders: 1,
      downloadUrl: null,
      rows: null,
    });
    assert.equal(await find(job, 2), undefined);
  });

  it('keep their result while their state moves on', async () => {
    const job = await ordered();
    await updateBulkReadJob(database.knex, job.sessionId, 1, 'COMPLETED', {
      downloadUrl: '/crm/bulk/v8/read/1/result',
    });

    await updateBulkReadJob(database.knex, job.sessionId, 1, 'LOST');

    const found = await find(job);
    assert.deepEqual([found?.state, found?.downloadUrl], ['LOST', '/crm/bulk/v8/read/1/result']);
  });

  it('are replaced when the page is ordered again, result and all', async () => {
    const job = await ordered();
    await updateBulkReadJob(database.knex, job.sessionId, 1, 'COMPLETED', { downloadUrl: '/old' });

    await saveSubmittedBulkRead(database.knex, { ...job, zohoJobId: '2', orderedAt: '2026-11-23T11:00:00.000Z' });
    await saveSubmittedBulkRead(database.knex, { ...job, zohoJobId: '3', orderedAt: '2026-11-23T12:00:00.000Z' });

    assert.deepEqual(await find(job), {
      zohoJobId: '3',
      state: 'ADDED',
      orderedAt: '2026-11-23T12:00:00.000Z',
      orders: 3,
      downloadUrl: null,
      rows: null,
    });
  });

  it('of other pages are left alone', async () => {
    const job = await ordered();
    await saveSubmittedBulkRead(database.knex, { ...job, page: 2, zohoJobId: '2' });

    await updateBulkReadJob(database.knex, job.sessionId, 2, 'FAILURE');

    assert.equal((await find(job))?.state, 'ADDED');
  });
});

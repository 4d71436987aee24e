import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { SessionChunkModel } from '../../../src/db/models/session-chunk';
import { recordRunUpdate } from '../../../src/db/runs/record-run-update';
import { viewSession } from '../../../src/db/sessions/session-view';
import { getSession } from '../../../src/db/sessions/sessions';
import { sessionRun, type SessionPatch } from '../../../src/domain/runs/run';
import { someSession, useDatabase } from '../support';

async function loadedChunk(knex: Knex, sessionId: string, chunk: Partial<SessionChunkModel>): Promise<void> {
  await SessionChunkModel.query(knex).insert({
    sessionId,
    chunkNumber: 1,
    kind: 'bulk',
    status: 'loaded',
    loadedAt: new Date(),
    ...chunk,
  });
}

async function viewAfter(knex: Knex, sessionId: string, patch: SessionPatch) {
  await recordRunUpdate(knex, { run: sessionRun(sessionId), sequence: 1, patch });
  return viewSession(knex, await getSession(knex, sessionId));
}

describe('the view of a session', () => {
  const database = useDatabase();

  it('counts loaded chunks before the workflow has written its row', async () => {
    const { id } = await someSession(database.knex);
    await loadedChunk(database.knex, id, { rowsRead: '400', rowsCreated: '390', rowsFailed: '10' });
    await loadedChunk(database.knex, id, { chunkNumber: 2, rowsRead: '100', rowsUnchanged: '100' });
    await loadedChunk(database.knex, id, { chunkNumber: 3, rowsRead: '500', loadedAt: null });

    const view = await viewAfter(database.knex, id, { status: 'in_progress', expectedRecords: 1000 });

    assert.equal(view.processedRecords, 500);
    assert.equal(view.progressPercentage, 50);
    assert.equal(view.successRate, 490 / 500);
    assert.ok(view.rowsPerSecond! > 0);
    assert.ok(view.etaSeconds! > 0);
  });

  it('does not count rows of the delta as progress', async () => {
    const { id } = await someSession(database.knex);
    await loadedChunk(database.knex, id, { kind: 'delta', rowsRead: '700', rowsUpdated: '700' });

    const view = await viewAfter(database.knex, id, { status: 'in_progress', expectedRecords: 1000 });

    assert.equal(view.progressPercentage, 0);
    assert.equal(view.updatedRecords, 700);
  });

  it('never says 100 % before the session is completed', async () => {
    const { id } = await someSession(database.knex);
    await loadedChunk(database.knex, id, { rowsRead: '1200', rowsCreated: '1200' });

    const view = await viewAfter(database.knex, id, { status: 'in_progress', totalRecords: 1000 });

    assert.equal(view.progressPercentage, 99.9);
    assert.equal(view.etaSeconds, 0);
  });

  it('is at 100 % when a module without a row is completed', async () => {
    const { id } = await someSession(database.knex);

    const view = await viewAfter(database.knex, id, { status: 'completed', expectedRecords: 0 });

    assert.equal(view.progressPercentage, 100);
    assert.equal(view.etaSeconds, undefined);
  });

  it('takes duration and rate from start to completion', async () => {
    const { id } = await someSession(database.knex);

    const view = await viewAfter(database.knex, id, {
      status: 'completed',
      startedAt: '2026-03-01T10:00:00.000Z',
      completedAt: '2026-03-01T10:00:20.000Z',
      processedRecords: 1000,
    });

    assert.equal(view.durationSeconds, 20);
    assert.equal(view.rowsPerSecond, 50);
  });

  it('says nothing it cannot know', async () => {
    const { id } = await someSession(database.knex);

    const view = await viewAfter(database.knex, id, {});

    assert.deepEqual(
      [view.totalRecords, view.progressPercentage, view.etaSeconds, view.successRate],
      [undefined, undefined, undefined, undefined],
    );
  });
});

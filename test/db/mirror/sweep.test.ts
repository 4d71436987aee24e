import assert from 'node:assert/strict';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { moveToTombstones, findUnseenRows, type DeletedRow } from '../../../src/db/mirror/sweep';
import { closeRun } from '../../../src/db/runs/close-run';
import { recordRunUpdate } from '../../../src/db/runs/record-run-update';
import { SessionEnded } from '../../../src/db/sessions/chunks';
import { ALL_CHUNKS, fullSyncChunks } from '../../../src/domain/runs/chunk-numbers';
import { sessionRun } from '../../../src/domain/runs/run';
import { someSession, useDatabase } from '../support';
import { loadRecords, NAME, rowsOf, someMirror, statusesOf, tombstonesOf, type MirrorUnderTest } from './support';

const MODIFIED_AT = '2026-11-16T09:00:00+00:00';
const EARLIER = new Date('2026-11-20T08:00:00Z');
const BEGAN = new Date('2026-11-20T09:00:00Z');
const DELETED_AT = '2026-11-20T10:00:00Z';

const deal = (id: string, modified = MODIFIED_AT) => ({ id, Deal_Name: `Deal ${id}`, Modified_Time: modified });
const gone = (id: string, more: Partial<DeletedRow> = {}): DeletedRow => ({
  id,
  deletedAt: DELETED_AT,
  reason: 'recycle',
  ...more,
});

describe('rows a session has not seen', () => {
  const database = useDatabase();

  /** A mirror of ids 1 to 5 that were read by an earlier session, and a session that has just begun. */
  async function begun(): Promise<MirrorUnderTest> {
    const deals = await someMirror(database.knex);
    await loadRecords(
      deals,
      ['1', '2', '3', '4', '5'].map((id) => deal(id)),
      { asOf: EARLIER, keepSeenIds: true },
    );
    await closeRun(deals.knex, sessionRun(deals.sessionId), { status: 'failed', reason: 'test' });
    const session = await someSession(deals.knex, { connectionId: deals.mirror.connectionId });
    return { ...deals, sessionId: session.id };
  }
  const unseen = ({ knex, mirror, sessionId }: MirrorUnderTest, after = '0', limit = 100) =>
    findUnseenRows(knex, mirror, { sessionId, chunks: ALL_CHUNKS }, after, limit);

  it('are those no chunk of the session had', async () => {
    const deals = await begun();
    await loadRecords(deals, [deal('1'), deal('4')], { asOf: BEGAN, keepSeenIds: true });

    assert.deepEqual(await unseen(deals), ['2', '3', '5']);
  });

  it('come in batches by id', async () => {
    const deals = await begun();

    assert.deepEqual(await unseen(deals, '0', 2), ['1', '2']);
    assert.deepEqual(await unseen(deals, '2', 2), ['3', '4']);
    assert.deepEqual(await unseen(deals, '5', 2), []);
  });

  it('are those that the round in question has not seen, whatever an earlier one saw', async () => {
    const deals = await begun();
    const seen = { asOf: BEGAN, keepSeenIds: true };
    await loadRecords(deals, [deal('1'), deal('2'), deal('3'), deal('4')], { ...seen, chunkNumber: 10_000_001 });
    await loadRecords(deals, [deal('1'), deal('4')], { ...seen, chunkNumber: 20_000_001 });

    const reading = { sessionId: deals.sessionId, chunks: fullSyncChunks(2).all };
    const second = await findUnseenRows(deals.knex, deals.mirror, reading, '0', 10);

    assert.deepEqual([await unseen(deals), second], [['5'], ['2', '3', '5']]);
  });

  it('leave out rows that Zoho does not have yet', async () => {
    const deals = await begun();
    await deals.knex.raw(`insert into ${qualifiedTable(deals.mirror)} (id, _synced_at) values (-1, ?)`, [EARLIER]);

    assert.ok(!(await unseen(deals)).includes('-1'));
  });

  for (const status of ['completed', 'failed', 'cancelled'] as const) {
    it(`are unknown once the session is ${status}: it keeps no ids`, async () => {
      const deals = await begun();
      const run = sessionRun(deals.sessionId);
      await loadRecords(deals, [deal('1')], { asOf: BEGAN, keepSeenIds: true });

      await recordRunUpdate(deals.knex, { run, sequence: 1, patch: { status } });

      assert.equal((await unseen(deals)).length, 5);
    });
  }

  it('are unknown once somebody else has closed the session', async () => {
    const deals = await begun();
    await loadRecords(deals, [deal('1')], { asOf: BEGAN, keepSeenIds: true });

    await closeRun(deals.knex, sessionRun(deals.sessionId), { status: 'failed', reason: 'test' });

    assert.equal((await unseen(deals)).length, 5);
  });
});

describe('moveToTombstones', () => {
  const database = useDatabase();
  const moveRows = (deals: MirrorUnderTest, vanished: readonly DeletedRow[], sequence = 1) =>
    moveToTombstones(deals.knex, deals.mirror, deals.sessionId, sequence, vanished);
  const ids = async (deals: MirrorUnderTest) => (await rowsOf(deals)).map((row) => row['id']);

  async function filled(): Promise<MirrorUnderTest> {
    const deals = await someMirror(database.knex);
    await loadRecords(
      deals,
      ['1', '2', '3'].map((id) => deal(id)),
      { asOf: EARLIER },
    );
    return deals;
  }

  it('moves rows whole to their tombstones, with time and reason', async () => {
    const deals = await filled();

    const moved = await moveRows(deals, [gone('1'), gone('3', { reason: 'permanent' })]);

    assert.equal(moved, 2);
    assert.deepEqual(await ids(deals), ['2']);
    const [first, third] = await tombstonesOf(deals);
    assert.deepEqual(first?.['row_data'], {
      id: 1,
      deal_name: 'Deal 1',
      amount: null,
      modified_time: MODIFIED_AT,
      _synced_at: '2026-11-20T08:00:00+00:00',
    });
    assert.deepEqual([first?.['deleted_at'], first?.['reason']], [new Date(DELETED_AT), 'recycle']);
    assert.deepEqual(
      [third?.['record_id'], third?.['reason'], third?.['session_id']],
      ['3', 'permanent', deals.sessionId],
    );
  });

  it('records what left, once', async () => {
    const deals = await filled();

    await moveRows(deals, [gone('1'), gone('2'), gone('99')]);

    assert.deepEqual(await statusesOf(deals), [
      { crm_record_id: '1', action_taken: 'deleted' },
      { crm_record_id: '2', action_taken: 'deleted' },
    ]);
  });

  it('can be repeated: nothing is moved, recorded or forgotten twice', async () => {
    const deals = await filled();
    await moveRows(deals, [gone('1')]);
    const [before, statuses] = [await tombstonesOf(deals), await statusesOf(deals)];

    const moved = await moveRows(deals, [gone('1')]);

    assert.equal(moved, 0);
    assert.deepEqual([await tombstonesOf(deals), await statusesOf(deals)], [before, statuses]);
  });

  it('leaves the rows of a session that has ended where they are', async () => {
    const deals = await filled();
    await closeRun(deals.knex, sessionRun(deals.sessionId), { status: 'cancelled', reason: 'test' });

    await assert.rejects(moveRows(deals, [gone('1')]), SessionEnded);

    assert.ok((await ids(deals)).includes('1'));
  });

  it('records the rows of a second attempt that goes further than the first', async () => {
    const deals = await filled();
    await moveRows(deals, [gone('1')]);

    await moveRows(deals, [gone('1'), gone('2'), gone('3')]);

    assert.deepEqual(
      (await statusesOf(deals)).map((status) => status['crm_record_id']),
      ['1', '2', '3'],
    );
  });

  it('leaves a row that was read after its delete: it has been restored', async () => {
    const deals = await filled();
    await loadRecords(deals, [deal('1', '2026-11-16T09:00:01Z')], { asOf: new Date('2026-11-20T10:00:05Z') });

    const moved = await moveRows(deals, [gone('1'), gone('2')]);

    assert.equal(moved, 1);
    assert.deepEqual(await ids(deals), ['1', '3']);
    assert.deepEqual(
      (await tombstonesOf(deals)).map((stone) => stone['record_id']),
      ['2'],
    );
  });

  it('leaves a row that was modified after its delete', async () => {
    const deals = await filled();
    await loadRecords(deals, [deal('1', '2026-11-20T10:30:00Z')], { asOf: EARLIER });

    await moveRows(deals, [gone('1')]);

    assert.deepEqual(await ids(deals), ['1', '2', '3']);
    assert.deepEqual(await tombstonesOf(deals), []);
  });

  it('takes the last of several deletes of one record', async () => {
    const deals = await filled();

    await moveRows(deals, [gone('1'), gone('1', { deletedAt: '2026-11-20T12:00:00Z', reason: 'permanent' })]);

    const [stone] = await tombstonesOf(deals);
    assert.deepEqual([stone?.['deleted_at'], stone?.['reason']], [new Date('2026-11-20T12:00:00Z'), 'permanent']);
  });

  it('keeps the row of the first delete when only the fact comes again', async () => {
    const deals = await filled();
    await moveRows(deals, [gone('1')]);

    await moveRows(deals, [gone('1', { deletedAt: '2026-11-20T12:00:00Z', reason: 'permanent' })], 2);

    const [stone] = await tombstonesOf(deals);
    assert.deepEqual([stone?.['reason'], stone?.['deleted_at']], ['permanent', new Date('2026-11-20T12:00:00Z')]);
    assert.equal((stone?.['row_data'] as { deal_name: string }).deal_name, 'Deal 1');
  });

  it('buries rows of a module without Modified_Time', async () => {
    const notes = await someMirror(database.knex, [NAME], 'Price_Books');
    await loadRecords(notes, [{ id: '1', Deal_Name: 'A' }], { asOf: EARLIER });

    assert.equal(await moveRows(notes, [gone('1')]), 1);
  });

  it('buries rows whose Modified_Time is unknown', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [{ id: '1', Deal_Name: 'A' }], { asOf: EARLIER });

    assert.equal(await moveRows(deals, [gone('1')]), 1);
  });

  it('does nothing for nobody', async () => {
    assert.equal(await moveRows(await filled(), []), 0);
  });
});

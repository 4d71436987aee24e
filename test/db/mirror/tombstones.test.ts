import assert from 'node:assert/strict';
import { moveToTombstones } from '../../../src/db/mirror/sweep';
import { useDatabase } from '../support';
import { loadRecords, rowsOf, someMirror, tombstonesOf, type MirrorUnderTest } from './support';

const MODIFIED_AT = '2026-11-16T09:00:00+00:00';
const DELETED_AT = '2026-11-20T10:00:00Z';
const BEFORE = new Date('2026-11-20T09:59:00Z');
const AFTER = new Date('2026-11-20T10:01:00Z');

const deal = (id: string, modified = MODIFIED_AT) => ({ id, Deal_Name: `Deal ${id}`, Modified_Time: modified });

describe('tombstones', () => {
  const database = useDatabase();
  const ids = async (deals: MirrorUnderTest): Promise<unknown[]> => (await rowsOf(deals)).map((row) => row['id']);

  async function tombstones(): Promise<MirrorUnderTest> {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1'), deal('2')], { asOf: BEFORE });
    await moveToTombstones(deals.knex, deals.mirror, deals.sessionId, 1, [
      { id: '1', deletedAt: DELETED_AT, reason: 'recycle' },
    ]);
    return deals;
  }

  it('keep a page that was read before the delete from bringing the row back', async () => {
    const deals = await tombstones();

    const chunk = await loadRecords(deals, [deal('1'), deal('2'), deal('3')], { asOf: BEFORE });

    assert.deepEqual(await ids(deals), ['2', '3']);
    assert.deepEqual([chunk.created, chunk.unchanged], [1, 2]);
    assert.equal((await tombstonesOf(deals)).length, 1);
  });

  it('also count where the page was read in the very moment of the delete', async () => {
    const deals = await tombstones();

    await loadRecords(deals, [deal('1')], { asOf: new Date(DELETED_AT) });

    assert.deepEqual(await ids(deals), ['2']);
  });

  it('are lifted by a read after the delete: the row was restored', async () => {
    const deals = await tombstones();

    const chunk = await loadRecords(deals, [deal('1'), deal('2')], { asOf: AFTER });

    assert.deepEqual(await ids(deals), ['1', '2']);
    assert.equal(chunk.created, 1);
    assert.deepEqual(await tombstonesOf(deals), []);
  });

  it('fence rows that the mirror has never had', async () => {
    const deals = await someMirror(database.knex);
    await moveToTombstones(deals.knex, deals.mirror, deals.sessionId, 1, [
      { id: '7', deletedAt: DELETED_AT, reason: 'permanent' },
    ]);

    const chunk = await loadRecords(deals, [deal('7')], { asOf: BEFORE });

    assert.deepEqual(await ids(deals), []);
    assert.deepEqual([chunk.read, chunk.created, chunk.unchanged], [1, 0, 1]);
  });

  it('of one module do not touch another', async () => {
    const deals = await tombstones();
    const others = await someMirror(database.knex);

    await loadRecords(others, [deal('1')], { asOf: BEFORE });

    assert.deepEqual(await ids(others), ['1']);
    assert.equal((await tombstonesOf(deals)).length, 1);
  });

  it('are found by the time of the delete, however many older ones a module has', async () => {
    const { mirror, sessionId } = await tombstones();
    await database.knex.raw(
      `insert into sync.tombstones (connection_id, module_name, record_id, deleted_at, reason, session_id)
       select ?, ?, 1000 + n, '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 minute', 'recycle', ?
       from generate_series(1, 5000) n`,
      [mirror.connectionId, mirror.key, sessionId],
    );
    await database.knex.raw('analyze sync.tombstones');

    const { rows } = await database.knex.raw<{ rows: Record<string, string>[] }>(
      `explain select from sync.tombstones where connection_id = ? and module_name = ? and deleted_at >= ? limit 1`,
      [mirror.connectionId, mirror.key, AFTER],
    );

    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    assert.match(plan, /Index (Only )?Scan using tombstones_by_delet(e|ion)/);
  });
});

import assert from 'node:assert/strict';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { countQuarantine, findDueRecords, postponeRetry } from '../../../src/db/mirror/quarantine';
import { findUnseenRows, moveToTombstones } from '../../../src/db/mirror/sweep';
import { ALL_CHUNKS } from '../../../src/domain/runs/chunk-numbers';
import { useDatabase } from '../support';
import {
  AMOUNT,
  loadCsv,
  loadRecords,
  MODIFIED,
  NAME,
  someMirror,
  type MirrorRow,
  type MirrorUnderTest,
} from './support';

const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 20, hour));
const fitting = (hour: number, id = '1') => ({ id, Amount: '7', Modified_Time: at(hour).toISOString() });
const misfit = (hour: number, id = '1', amount = 'many') => ({
  id,
  Amount: amount,
  Modified_Time: at(hour).toISOString(),
});

describe('the quarantine of a record', () => {
  const database = useDatabase();

  async function entriesOf({ knex, mirror }: MirrorUnderTest): Promise<MirrorRow[]> {
    const answer = await knex.raw<{ rows: MirrorRow[] }>(
      `select record_id, status, closed_by, attempts, zoho_time, raw_data ->> 'amount' as amount
       from sync.quarantine where connection_id = ? order by record_id`,
      [mirror.connectionId],
    );
    return answer.rows;
  }
  const statusOf = async (deals: MirrorUnderTest) => (await entriesOf(deals))[0]?.['status'];
  const ignore = ({ knex, mirror }: MirrorUnderTest) =>
    knex.raw(`update sync.quarantine set status = 'ignored' where connection_id = ?`, [mirror.connectionId]);
  const due = ({ knex, mirror }: MirrorUnderTest) => findDueRecords(knex, mirror, 100);
  const counts = async ({ knex, mirror }: MirrorUnderTest) => {
    const { quarantined, unmirrored } = await countQuarantine(knex, mirror);
    return { quarantined, unmirrored };
  };

  it('opens when a value does not fit, and the mirror keeps the last good values', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [fitting(8)], { asOf: at(9) });

    await loadRecords(deals, [misfit(10)], { asOf: at(11) });

    assert.deepEqual(await entriesOf(deals), [
      { record_id: '1', status: 'open', closed_by: null, attempts: 1, zoho_time: at(10), amount: 'many' },
    ]);
    assert.deepEqual(await counts(deals), { quarantined: 1, unmirrored: 0 });
  });

  it('takes over a newer version that does not fit either', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(8)], { asOf: at(9) });

    await loadRecords(deals, [misfit(10, '1', 'more')], { asOf: at(11) });

    const [entry] = await entriesOf(deals);
    assert.deepEqual([entry?.['status'], entry?.['zoho_time'], entry?.['amount']], ['open', at(10), 'more']);
  });

  it('keeps the newer version when an older read arrives late', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(10, '1', 'newer')], { asOf: at(11) });

    await loadRecords(deals, [misfit(8, '1', 'older')], { asOf: at(9) });

    assert.equal((await entriesOf(deals))[0]?.['amount'], 'newer');
  });

  for (const status of ['open', 'ignored'] as const) {
    it(`closes when ${status} and a merge stores the record at that time or later`, async () => {
      const deals = await someMirror(database.knex);
      await loadRecords(deals, [misfit(8)], { asOf: at(9) });
      if (status === 'ignored') await ignore(deals);

      await loadRecords(deals, [fitting(8)], { asOf: at(10) });

      const [entry] = await entriesOf(deals);
      assert.deepEqual([entry?.['status'], entry?.['closed_by']], ['closed', 'merge']);
      assert.deepEqual(await counts(deals), { quarantined: 0, unmirrored: 0 });
    });

    it(`closes when ${status} and the record is deleted`, async () => {
      const deals = await someMirror(database.knex);
      await loadRecords(deals, [misfit(8)], { asOf: at(9) });
      if (status === 'ignored') await ignore(deals);

      await moveToTombstones(deals.knex, deals.mirror, deals.sessionId, 1, [
        { id: '1', deletedAt: at(10).toISOString(), reason: 'recycle' },
      ]);

      const [entry] = await entriesOf(deals);
      assert.deepEqual([entry?.['status'], entry?.['closed_by']], ['closed', 'delete']);
    });
  }

  it('stays when the record was deleted before it was read', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(8)], { asOf: at(9) });

    await moveToTombstones(deals.knex, deals.mirror, deals.sessionId, 1, [
      { id: '1', deletedAt: at(7).toISOString(), reason: 'recycle' },
    ]);

    assert.equal(await statusOf(deals), 'open');
  });

  it('does not open for a version that was read before its record was deleted', async () => {
    const deals = await someMirror(database.knex);
    await moveToTombstones(deals.knex, deals.mirror, deals.sessionId, 1, [
      { id: '1', deletedAt: at(10).toISOString(), reason: 'recycle' },
    ]);

    await loadRecords(deals, [misfit(8)], { asOf: at(9) });

    assert.deepEqual(await entriesOf(deals), []);
  });

  it('does not open for a version older than the one the mirror has', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [fitting(10)], { asOf: at(11) });

    const chunk = await loadRecords(deals, [misfit(8)], { asOf: at(9) });

    assert.deepEqual(await entriesOf(deals), []);
    assert.deepEqual([chunk.read, chunk.unchanged, chunk.failed], [1, 1, 0]);
  });

  it('stays open when a merge brings an older version only', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(10)], { asOf: at(11) });

    await loadRecords(deals, [fitting(8)], { asOf: at(9) });

    assert.equal(await statusOf(deals), 'open');
    assert.deepEqual(await counts(deals), { quarantined: 1, unmirrored: 0 });
  });

  it('stays open when what did not fit was not among what was read', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(8)], { asOf: at(9) });
    const partial = { ...deals.mirror, fields: deals.mirror.fields.filter(({ apiName }) => apiName !== 'Amount') };

    await loadRecords({ ...deals, mirror: partial }, [fitting(8)], { asOf: at(10) });

    assert.equal(await statusOf(deals), 'open');
  });

  it('closes when the row is copied straight into an empty mirror', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(8)], { asOf: at(9) });

    await loadRecords(deals, [fitting(8)], { asOf: at(10), firstLoad: true });

    assert.equal(await statusOf(deals), 'closed');
  });

  it('opens again for a new version that does not fit, and keeps counting attempts', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(8)], { asOf: at(9) });
    await loadRecords(deals, [fitting(10)], { asOf: at(11) });
    const later = await someMirror(database.knex);

    await loadRecords(deals, [misfit(12)], { asOf: at(13), sessionId: later.sessionId });

    const [entry] = await entriesOf(deals);
    assert.deepEqual([entry?.['status'], entry?.['closed_by'], entry?.['attempts']], ['open', null, 2]);
  });

  it('stays ignored while its record stays as it is, and is counted', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(8)], { asOf: at(9) });
    await ignore(deals);

    await loadRecords(deals, [misfit(8)], { asOf: at(11) });

    assert.equal(await statusOf(deals), 'ignored');
    assert.deepEqual(await counts(deals), { quarantined: 1, unmirrored: 1 });
    assert.deepEqual(await due(deals), []);
  });

  it('opens again when an ignored record has changed and does not fit either', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(8)], { asOf: at(9) });
    await ignore(deals);

    await loadRecords(deals, [misfit(10, '1', 'more')], { asOf: at(11) });

    assert.equal(await statusOf(deals), 'open');
  });

  it('is due after an hour, and not again before a day once nothing was learned', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(8)], { asOf: at(9) });
    const fresh = await due(deals);
    await deals.knex.raw(
      `update sync.quarantine set next_retry_at = next_retry_at - interval '61 minutes' where connection_id = ?`,
      [deals.mirror.connectionId],
    );
    const afterAnHour = await due(deals);

    await postponeRetry(deals.knex, deals.mirror, afterAnHour);

    assert.deepEqual([fresh, afterAnHour, await due(deals)], [[], ['1'], []]);
  });

  it('is due at once when its column has another type', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [misfit(8)], { asOf: at(9) });

    await deals.knex.raw(`alter table ${qualifiedTable(deals.mirror)} alter column amount type text`);

    assert.deepEqual(await due(deals), ['1']);
  });

  it('takes ten thousand misfits of one chunk, and names their column', async () => {
    const deals = await someMirror(database.knex);
    const lines = Array.from({ length: 10_000 }, (_, index) => `${index + 1},many,2026-11-20T08:00:00Z`);

    const chunk = await loadCsv(deals, ['Id,Amount,Modified_Time', ...lines], { asOf: at(9) });

    assert.equal(chunk.failed, 10_000);
    assert.deepEqual(await countQuarantine(deals.knex, deals.mirror), {
      quarantined: 10_000,
      unmirrored: 10_000,
      columns: [{ column: 'amount', rows: 10_000 }],
    });
  });

  it('counts as seen by the session that met it, and as unseen by one that did not', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [fitting(8), misfit(8, '2')], { asOf: at(9) });
    const session = { sessionId: deals.sessionId, chunks: ALL_CHUNKS };
    const before = await findUnseenRows(deals.knex, deals.mirror, session, '0', 10);

    await loadRecords(deals, [misfit(11), misfit(8, '2')], { asOf: at(12), keepSeenIds: true });

    assert.deepEqual(before, ['1', '2']);
    assert.deepEqual(await findUnseenRows(deals.knex, deals.mirror, session, '0', 10), []);
  });
});

describe('whole numbers in another spelling', () => {
  const database = useDatabase();
  const VISITS = { apiName: 'Visits', dataType: 'integer' };
  const TOTAL = { apiName: 'Total', dataType: 'bigint' };

  it('are read as what they say, and others set their row aside', async () => {
    const deals = await someMirror(database.knex, [NAME, VISITS, TOTAL, AMOUNT, MODIFIED]);

    const chunk = await loadCsv(deals, [
      'Id,Visits,Total',
      '1,1.0E7,7E+3',
      '2,5.0,1234567890123.0',
      '3,5.5,',
      '4,3000000000.0,',
      '5,NaN,',
    ]);

    const { rows } = await deals.knex.raw<{ rows: MirrorRow[] }>(
      `select id, visits, total from ${qualifiedTable(deals.mirror)} order by id`,
    );
    assert.deepEqual(rows, [
      { id: '1', visits: 10_000_000, total: '7000' },
      { id: '2', visits: 5, total: '1234567890123' },
    ]);
    assert.equal(chunk.failed, 3);
  });
});

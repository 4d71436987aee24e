import assert from 'node:assert/strict';
import { qualifiedTable } from '../../../../src/db/mirror/mirror-module';
import { moveToTombstones } from '../../../../src/db/mirror/sweep';
import { useDatabase } from '../../support';
import {
  ACCOUNT,
  AMOUNT,
  loadRecords,
  MARGIN,
  MODIFIED,
  NAME,
  rowsOf,
  someMirror,
  type MirrorUnderTest,
  type SomeChunk,
  type ZohoRecord,
} from '../support';

const [MONDAY, TUESDAY, THURSDAY] = ['2026-11-16T09:00:00Z', '2026-11-17T09:00:00Z', '2026-11-19T09:00:00Z'];
/** When the mirror read its row, up to when it promised to be right, and when the comparison began. */
const [READ, PROMISED, BEGAN] = ['2026-11-18T06:00:00Z', '2026-11-18T12:00:00Z', '2026-11-20T06:00:00Z'].map(
  (time) => new Date(time),
) as [Date, Date, Date];

const FIRM = { id: '9', name: 'Firm' };
const RECORD: ZohoRecord = { id: '1', Deal_Name: 'A', Amount: 1, Margin: 1, Account_Name: FIRM, Modified_Time: MONDAY };

describe('a comparison of records with their rows', () => {
  const database = useDatabase();

  async function mirrored(options: SomeChunk = {}): Promise<MirrorUnderTest> {
    const deals = await someMirror(database.knex, [NAME, AMOUNT, MARGIN, ACCOUNT, MODIFIED]);
    await loadRecords(deals, [RECORD], { asOf: READ, ...options });
    return deals;
  }

  async function compare(
    deals: MirrorUnderTest,
    records: readonly ZohoRecord[],
    { repairs = true, ...options }: SomeChunk & { repairs?: boolean } = {},
  ): Promise<{ id: string; kind: string; fields: string[]; state: string }[]> {
    const comparison = { promisedUntil: PROMISED, repairs };
    await loadRecords(deals, records, { asOf: BEGAN, compareValues: true, comparison, ...options });
    const { rows } = await database.knex.raw<{
      rows: { id: string; kind: string; fields: string[]; state: string }[];
    }>(`select record_id as id, kind, fields, state from sync.differences where session_id = ? order by record_id`, [
      deals.sessionId,
    ]);
    return rows;
  }

  const found = (kind: string, state: string, ...fields: string[]) => [{ id: '1', kind, fields, state }];
  const nameOf = async (deals: MirrorUnderTest) => (await rowsOf(deals))[0]?.['deal_name'];
  const empty = (deals: MirrorUnderTest) => database.knex.raw(`delete from ${qualifiedTable(deals.mirror)}`);

  it('finds nothing where they are equal', async () => {
    assert.deepEqual(await compare(await mirrored(), [RECORD]), []);
  });

  it('finds a record that the mirror should have had, and brings it', async () => {
    const deals = await mirrored();
    await empty(deals);

    assert.deepEqual(await compare(deals, [RECORD]), found('missing', 'repaired'));
    assert.equal(await nameOf(deals), 'A');
  });

  it('finds a row of an older version', async () => {
    const newer = { ...RECORD, Deal_Name: 'B', Modified_Time: TUESDAY };

    assert.deepEqual(await compare(await mirrored(), [newer]), found('stale', 'repaired', 'Deal_Name'));
  });

  it('names the fields of a row with other values', async () => {
    const deals = await mirrored();

    assert.deepEqual(
      await compare(deals, [{ ...RECORD, Deal_Name: 'B', Amount: 2 }]),
      found('value', 'repaired', 'Deal_Name', 'Amount'),
    );
    assert.equal(await nameOf(deals), 'B');
  });

  it('tells values that change without the time apart, names of lookups among them', async () => {
    const silent = { ...RECORD, Margin: 2, Account_Name: { ...FIRM, name: 'Company' } };

    assert.deepEqual(await compare(await mirrored(), [silent]), found('silent', 'repaired', 'Margin', 'Account_Name'));
  });

  it('explains a record that came, or changed, after what the mirror promised', async () => {
    const late = { ...RECORD, Deal_Name: 'B', Modified_Time: THURSDAY };
    const deals = await mirrored();
    assert.deepEqual(await compare(deals, [late]), found('stale', 'explained', 'Deal_Name'));
    assert.equal(await nameOf(deals), 'B');

    const others = await mirrored();
    await empty(others);
    assert.deepEqual(await compare(others, [late]), found('missing', 'explained'));
  });

  it('explains a record that was deleted and restored, which changes no time', async () => {
    const deals = await mirrored();
    await moveToTombstones(database.knex, deals.mirror, deals.sessionId, 1, [
      { id: '1', deletedAt: THURSDAY, reason: 'recycle' },
    ]);

    assert.deepEqual(await compare(deals, [RECORD]), found('missing', 'explained'));
  });

  it('does not judge a row that was read after the comparison began', async () => {
    const deals = await mirrored({ asOf: new Date(BEGAN.getTime() + 1_000) });

    assert.deepEqual(await compare(deals, [{ ...RECORD, Deal_Name: 'B' }]), found('value', 'explained', 'Deal_Name'));
    assert.equal(await nameOf(deals), 'A');
  });

  it('does not judge values of a second in which the row was read, unless the overlap has read it again', async () => {
    const tied = { asOf: new Date('2026-11-19T09:00:01Z') };
    const deals = await someMirror(database.knex, [NAME, MODIFIED]);
    await loadRecords(deals, [{ id: '1', Deal_Name: 'A', Modified_Time: THURSDAY }], tied);

    assert.deepEqual(
      await compare(deals, [{ id: '1', Deal_Name: 'B', Modified_Time: THURSDAY }]),
      found('value', 'explained', 'Deal_Name'),
    );
  });

  it('leaves a record in doubt for its answer', async () => {
    const earlier = { ...RECORD, Modified_Time: '2026-11-15T09:00:00Z' };

    assert.deepEqual(await compare(await mirrored(), [earlier]), found('stale', 'found'));
  });

  it('writes nothing where it shall repair nothing', async () => {
    const deals = await mirrored();
    const changed = { ...RECORD, Deal_Name: 'B' };

    const differences = await compare(deals, [changed, { ...RECORD, id: '2' }], { repairs: false });

    assert.deepEqual(
      differences.map(({ id, kind, state }) => [id, kind, state]),
      [
        ['1', 'value', 'found'],
        ['2', 'missing', 'found'],
      ],
    );
    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['deal_name']),
      ['A'],
    );
  });
});

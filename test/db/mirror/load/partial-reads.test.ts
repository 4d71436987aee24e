import assert from 'node:assert/strict';
import { findDoubts } from '../../../../src/db/mirror/doubtful-records';
import { qualifiedTable } from '../../../../src/db/mirror/mirror-module';
import { moveToTombstones } from '../../../../src/db/mirror/sweep';
import { useDatabase } from '../../support';
import {
  AMOUNT,
  loadRecords,
  MARGIN,
  MODIFIED,
  NAME,
  rowsOf,
  someMirror,
  tombstonesOf,
  type MirrorUnderTest,
  type SomeChunk,
  type SomeField,
  type ZohoRecord,
} from '../support';

const SHARE: SomeField = { apiName: 'Share', dataType: 'formula', formulaReturnType: 'currency' };
const [MONDAY, TUESDAY] = ['2026-11-16T09:00:00Z', '2026-11-17T09:00:00Z'];
const [NOON, EVENING] = [new Date('2026-11-18T12:00:00Z'), new Date('2026-11-18T18:00:00Z')];

describe('a read of some fields', () => {
  const database = useDatabase();
  const justAfter = new Date('2026-11-16T09:00:01Z');
  const before: ZohoRecord = { id: '1', Deal_Name: 'old', Amount: 1, Margin: 1, Share: 1, Modified_Time: MONDAY };

  /** A mirror whose one row was read at noon. */
  async function filled(fields: readonly SomeField[], module?: string): Promise<MirrorUnderTest> {
    const under = await someMirror(database.knex, fields, module);
    await loadRecords(under, [before], { asOf: NOON });
    return under;
  }

  /** Reads the fields that the record has, in the evening unless told otherwise. */
  async function read(under: MirrorUnderTest, record: ZohoRecord, options: SomeChunk = {}): Promise<void> {
    const fields = under.mirror.fields.filter(({ apiName }) => apiName in record);
    const partialRead = { hasEverySilentField: false };
    await loadRecords({ ...under, mirror: { ...under.mirror, fields } }, [record], {
      asOf: EVENING,
      compareValues: true,
      partialRead,
      ...options,
    });
  }

  const rowOf = async (under: MirrorUnderTest) => {
    const [row] = await rowsOf(under);
    return [row?.['deal_name'], row?.['amount'], row?.['margin'], row?.['modified_time']];
  };
  const doubtsOf = async ({ mirror }: MirrorUnderTest) => (await findDoubts(database.knex, mirror, 10)).ids;
  const readTimeOf = async ({ mirror }: MirrorUnderTest): Promise<unknown> => {
    const { rows } = await database.knex.raw<{ rows: { at: Date }[] }>(
      `select _synced_at as at from ${qualifiedTable(mirror)}`,
    );
    return rows[0]?.at;
  };
  const FIELDS = [NAME, AMOUNT, MARGIN, SHARE, MODIFIED];

  it('writes them into the version that the mirror has', async () => {
    const deals = await filled(FIELDS);

    await read(deals, { id: '1', Amount: 2, Modified_Time: MONDAY });

    assert.deepEqual(await rowOf(deals), ['old', '2', '1', new Date(MONDAY)]);
    assert.deepEqual(await doubtsOf(deals), []);
  });

  it('does not mix them with another version: the record is asked for', async () => {
    const deals = await filled(FIELDS);

    await read(deals, { id: '1', Amount: 2, Modified_Time: TUESDAY });

    assert.deepEqual(await rowOf(deals), ['old', '1', '1', new Date(MONDAY)]);
    assert.deepEqual(await doubtsOf(deals), ['1']);
  });

  it('does not make a row of them: the record is asked for', async () => {
    const deals = await filled(FIELDS);

    await read(deals, { id: '2', Amount: 2, Modified_Time: MONDAY });

    assert.deepEqual([(await rowsOf(deals)).length, await doubtsOf(deals)], [1, ['2']]);
  });

  it('does not believe the time of a row that was read within two seconds of its change', async () => {
    const deals = await someMirror(database.knex, FIELDS);
    await loadRecords(deals, [before], { asOf: justAfter });

    await read(deals, { id: '1', Amount: 2, Modified_Time: MONDAY });

    assert.deepEqual([(await rowOf(deals))[1], await doubtsOf(deals)], ['1', ['1']]);
  });

  it('does not vouch for the rest of such a row either', async () => {
    const deals = await someMirror(database.knex, FIELDS);
    await loadRecords(deals, [before], { asOf: justAfter });

    await read(deals, { id: '1', Amount: 1, Modified_Time: MONDAY });

    assert.deepEqual([await readTimeOf(deals), await doubtsOf(deals)], [justAfter, []]);
  });

  it('does not undo what was read later', async () => {
    const deals = await filled(FIELDS);

    await read(deals, { id: '1', Amount: 2, Modified_Time: MONDAY }, { asOf: new Date(NOON.getTime() - 1_000) });

    assert.deepEqual([(await rowOf(deals))[1], await doubtsOf(deals)], ['1', ['1']]);
  });

  it('does not bring a deleted record back: its tombstone stays', async () => {
    const deals = await filled(FIELDS);
    const gone = { id: '1', deletedAt: NOON.toISOString(), reason: 'recycle' } as const;
    await moveToTombstones(deals.knex, deals.mirror, deals.sessionId, 1, [gone]);

    await read(deals, { id: '1', Amount: 2, Modified_Time: MONDAY });

    assert.deepEqual([await rowsOf(deals), (await tombstonesOf(deals)).length], [[], 1]);
  });

  it('leaves the row with the time at which all of it was read', async () => {
    const deals = await filled(FIELDS);

    await read(deals, { id: '1', Amount: 2, Modified_Time: MONDAY });

    assert.deepEqual(await readTimeOf(deals), NOON);
  });

  it('counts as a read of the row where it has every field that changes without Modified_Time', async () => {
    const deals = await filled(FIELDS);

    await read(
      deals,
      { id: '1', Amount: 2, Margin: 2, Share: 2, Modified_Time: MONDAY },
      { partialRead: { hasEverySilentField: true } },
    );

    assert.deepEqual(await rowOf(deals), ['old', '2', '2', new Date(MONDAY)]);
    assert.deepEqual(await readTimeOf(deals), EVENING);
  });

  it('does not mix fields that change without Modified_Time where it has only some of them', async () => {
    const deals = await filled(FIELDS);

    await read(deals, { id: '1', Margin: 2, Modified_Time: MONDAY });

    assert.deepEqual([(await rowOf(deals))[2], await doubtsOf(deals)], ['1', ['1']]);
  });

  it('writes the others where those that it has of them have not changed', async () => {
    const deals = await filled(FIELDS);

    await read(deals, { id: '1', Amount: 2, Margin: 1, Modified_Time: MONDAY });

    assert.deepEqual([(await rowOf(deals))[1], await doubtsOf(deals)], ['2', []]);
  });

  it('goes by the time of reading in a module without Modified_Time', async () => {
    const books = await filled([NAME, AMOUNT], 'Price_Books');

    await read(books, { id: '1', Amount: 3 }, { asOf: new Date(NOON.getTime() - 1_000) });
    const early = await rowsOf(books);
    await read(books, { id: '1', Amount: 2 });

    assert.deepEqual([early[0]?.['amount'], (await rowsOf(books))[0]?.['amount']], ['1', '2']);
  });
});

import assert from 'node:assert/strict';
import { useDatabase } from '../../support';
import {
  LATER,
  loadCsv,
  loadRecords,
  MODIFIED,
  placesOf,
  rowsOf,
  someMirror,
  statusesOf,
  type MirrorUnderTest,
  type ZohoRecord,
} from '../support';

const MONDAY = '2026-11-16T09:00:00+00:00';
const TUESDAY = '2026-11-17T09:00:00+00:00';

const deal = (id: string, name: string, modified: string | null = MONDAY, amount = '10.50'): ZohoRecord => ({
  id,
  Deal_Name: name,
  Amount: Number(amount),
  Modified_Time: modified,
});

describe('merging a chunk', () => {
  const database = useDatabase();
  const names = async (deals: MirrorUnderTest): Promise<unknown[]> =>
    (await rowsOf(deals)).map((row) => row['deal_name']);

  it('fills an empty mirror', async () => {
    const deals = await someMirror(database.knex);

    const chunk = await loadRecords(deals, [deal('2', 'B', MONDAY, '7'), deal('1', 'A')]);

    assert.deepEqual(await rowsOf(deals), [
      { id: '1', deal_name: 'A', amount: '10.5', modified_time: new Date(MONDAY) },
      { id: '2', deal_name: 'B', amount: '7', modified_time: new Date(MONDAY) },
    ]);
    assert.deepEqual([chunk.read, chunk.created, chunk.updated, chunk.unchanged], [2, 2, 0, 0]);
    assert.deepEqual([chunk.minId, chunk.maxId], ['1', '2']);
  });

  it('keeps ids of 19 digits and money of 16 to the last digit', async () => {
    const deals = await someMirror(database.knex);

    await loadRecords(deals, Buffer.from('{"data":[{"id":"9223372036854775807","Amount":99999999999999.99}]}'));

    const [row] = await rowsOf(deals);
    assert.deepEqual([row?.['id'], row?.['amount']], ['9223372036854775807', '99999999999999.99']);
  });

  it('adds the missing to a mirror that has some', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A'), deal('9', 'I')]);

    const chunk = await loadRecords(deals, [deal('1', 'A'), deal('5', 'E'), deal('12', 'L')]);

    assert.deepEqual([chunk.created, chunk.updated, chunk.unchanged], [2, 0, 1]);
    assert.deepEqual(await names(deals), ['A', 'E', 'I', 'L']);
  });

  it('takes an empty chunk', async () => {
    const chunk = await loadRecords(await someMirror(database.knex), []);

    assert.deepEqual([chunk.read, chunk.created, chunk.minId], [0, 0, null]);
  });

  it('does not write a row that has not changed', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A'), deal('2', 'B')]);
    const before = await placesOf(deals);

    await loadRecords(deals, [deal('1', 'A'), deal('2', 'B')]);
    await loadRecords(deals, [deal('1', 'A'), deal('2', 'B')], { compareValues: true });

    assert.deepEqual(await placesOf(deals), before);
  });

  it('writes only the changed ones of many', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A'), deal('2', 'B'), deal('3', 'C')]);
    const [first, , third] = await placesOf(deals);

    await loadRecords(deals, [deal('1', 'A'), deal('2', 'B2', TUESDAY), deal('3', 'C')]);

    const after = await placesOf(deals);
    assert.deepEqual([after[0], after[2]], [first, third]);
    assert.deepEqual(await names(deals), ['A', 'B2', 'C']);
  });

  for (const compareValues of [false, true]) {
    it(`replaces an older row and never a newer one ${compareValues ? 'in a small read' : 'in bulk'}`, async () => {
      const deals = await someMirror(database.knex);
      await loadRecords(deals, [deal('1', 'old', MONDAY), deal('2', 'new', TUESDAY)]);

      const chunk = await loadRecords(deals, [deal('1', 'new', TUESDAY), deal('2', 'old', MONDAY)], { compareValues });

      assert.deepEqual(await names(deals), ['new', 'new']);
      assert.deepEqual([chunk.updated, chunk.unchanged], [1, 1]);
    });
  }

  it('takes a newer time even when no value differs', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A', MONDAY)]);

    await loadRecords(deals, [deal('1', 'A', TUESDAY)]);

    assert.deepEqual((await rowsOf(deals))[0]?.['modified_time'], new Date(TUESDAY));
  });

  it('remembers when a row was read', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A')], { asOf: new Date('2026-11-20T00:00:00Z') });
    await loadRecords(deals, [deal('1', 'B', TUESDAY)], { asOf: LATER });

    const { rows } = await database.knex.raw<{ rows: unknown[] }>(
      `select _synced_at from ${deals.mirror.schema}.deals`,
    );
    assert.deepEqual(rows, [{ _synced_at: LATER }]);
  });

  it('drops rows that repeat within a page, the newest stays', async () => {
    const deals = await someMirror(database.knex);

    const chunk = await loadRecords(deals, [deal('1', 'new', TUESDAY), deal('1', 'old', MONDAY), deal('2', 'B')]);

    assert.deepEqual(await names(deals), ['new', 'B']);
    assert.equal(chunk.created, 2);
  });

  it('drops rows that repeat within an export', async () => {
    const deals = await someMirror(database.knex);

    await loadCsv(deals, ['Id,Deal_Name,Modified_Time', `1,old,${MONDAY}`, `1,new,${TUESDAY}`, `2,B,${MONDAY}`]);

    assert.deepEqual(await names(deals), ['new', 'B']);
  });

  it('loads more rows than are looked up one by one', async () => {
    const deals = await someMirror(database.knex);
    const lines = (name: string, time: string) =>
      Array.from(
        { length: 6_000 },
        (_, row) => `${row + 1},${row % 2 === 0 ? name : 'same'},${row % 2 === 0 ? time : MONDAY}`,
      );
    await loadCsv(deals, ['Id,Deal_Name,Modified_Time', ...lines('first', MONDAY)]);

    const chunk = await loadCsv(deals, [
      'Id,Deal_Name,Modified_Time',
      ...lines('second', TUESDAY),
      `7000,last,${MONDAY}`,
    ]);

    assert.deepEqual([chunk.created, chunk.updated, chunk.unchanged], [1, 3_000, 3_000]);
    assert.deepEqual(new Set(await names(deals)), new Set(['second', 'same', 'last']));
  });
});

describe('merging what an export leaves out', () => {
  const database = useDatabase();

  it('leaves the values of columns alone that the file does not have', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A', MONDAY, '7')]);

    await loadCsv(deals, ['Modified_Time,Id,Deal_Name', `${TUESDAY},1,B`, `${TUESDAY},2,C`]);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => [row['deal_name'], row['amount']]),
      [
        ['B', '7'],
        ['C', null],
      ],
    );
  });

  it('passes over columns that the mirror does not want', async () => {
    const deals = await someMirror(database.knex);

    await loadCsv(deals, ['Mystery,Id,Deal_Name,Other', '"a,b",1,A,"line\nline"']);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => [row['id'], row['deal_name']]),
      [['1', 'A']],
    );
  });

  it('passes over a comma too many in every line', async () => {
    const deals = await someMirror(database.knex);

    const chunk = await loadCsv(deals, ['Id,Deal_Name,', '1,A,', '2,"B, C",']);

    assert.equal(chunk.failed, 0);
    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['deal_name']),
      ['A', 'B, C'],
    );
  });

  it('refuses a file without ids', async () => {
    const deals = await someMirror(database.knex);

    await assert.rejects(loadCsv(deals, ['Deal_Name', 'A']), /has no Id column/);
  });

  it('keeps unwanted columns apart from fields that are called like them', async () => {
    const deals = await someMirror(database.knex, [{ apiName: 'Unused_0', dataType: 'text' }, MODIFIED]);

    await loadCsv(deals, ['Mystery,Id,Unused_0', 'x,1,A']);

    assert.equal((await rowsOf(deals))[0]?.['unused_0'], 'A');
  });
});

describe('record statuses of a merge', () => {
  const database = useDatabase();

  it('says once what became of each row, and nothing of unchanged ones', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A'), deal('2', 'B')]);

    const chunk = { trackRecords: true, chunkNumber: 900_001 };
    const records = [deal('1', 'A'), deal('2', 'B2', TUESDAY), deal('3', 'C'), deal('4', 'D')];
    const counts = await loadRecords(deals, records, chunk);
    await loadRecords(deals, records, chunk);

    assert.deepEqual(await statusesOf(deals), [
      { crm_record_id: '2', action_taken: 'updated' },
      { crm_record_id: '3', action_taken: 'created' },
      { crm_record_id: '4', action_taken: 'created' },
    ]);
    assert.deepEqual([counts.created, counts.updated, counts.unchanged], [2, 1, 1]);
  });

  it('writes none unless requested', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A')]);

    assert.deepEqual(await statusesOf(deals), []);
  });
});

describe('merging into a table with awkward names', () => {
  const database = useDatabase();

  it('quotes every identifier', async () => {
    const awkward = await someMirror(database.knex);
    const schema = 'schema "with" quote\'s';
    const table = 'table; drop "deals"';
    await database.knex.raw('create schema ??', [schema]);
    await database.knex.raw(
      `create table "schema ""with"" quote's"."table; drop ""deals""" (
         id bigint primary key, "na""me" text, amount numeric, modified_time timestamptz,
         _synced_at timestamptz not null default now())`,
    );
    const [name, ...others] = awkward.mirror.fields;
    assert.ok(name);
    const mirror = { ...awkward.mirror, schema, table, fields: [{ ...name, column: 'na"me' }, ...others] };

    await loadRecords({ ...awkward, mirror }, [deal('1', 'A'), deal('2', 'B')], { trackRecords: true });
    await loadRecords({ ...awkward, mirror }, [deal('1', 'A2', TUESDAY)]);

    assert.deepEqual(
      (await rowsOf({ ...awkward, mirror })).map((row) => row['na"me']),
      ['A2', 'B'],
    );
  });
});

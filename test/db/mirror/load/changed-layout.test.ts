import assert from 'node:assert/strict';
import { LayoutChanged } from '../../../../src/db/mirror/layout';
import { prepareMirrorTable } from '../../../../src/db/mirror/mirror-table';
import { findMirrorByKey } from '../../../../src/db/mirror/mirrors';
import { saveFields } from '../../../../src/db/mirror/module-fields';
import { mapFields } from '../../../../src/domain/mirror/mirror-field';
import { useDatabase } from '../../support';
import {
  AMOUNT,
  loadCsv,
  loadRecords,
  metadata,
  MODIFIED,
  NAME,
  rowsOf,
  someMirror,
  type MirrorUnderTest,
  type SomeField,
} from '../support';

const MODIFIED_AT = '2026-11-16T09:00:00+00:00';
const RECORD = { id: '1', Deal_Name: 'A', Amount: 5, Modified_Time: MODIFIED_AT };
const LINES = ['Id,Deal_Name,Amount,Modified_Time', `1,A,5,${MODIFIED_AT}`];

describe('a load whose table is changed meanwhile', () => {
  const database = useDatabase();

  /** A mirror as the activities see it: with its map of fields stored, and the number of its layout. */
  async function planned(): Promise<MirrorUnderTest> {
    const deals = await someMirror(database.knex);
    const { connectionId, key, fields } = deals.mirror;
    await saveFields(database.knex, connectionId, key, fields);
    return asNow(deals);
  }

  async function asNow(deals: MirrorUnderTest): Promise<MirrorUnderTest> {
    const { connectionId, key } = deals.mirror;
    const identity = await findMirrorByKey(database.knex, connectionId, key);
    return { ...deals, mirror: { ...deals.mirror, layout: identity!.layout } };
  }

  /** As another session does it: the table first, then the map of its fields. */
  async function change(deals: MirrorUnderTest, wanted: readonly SomeField[]) {
    const known = new Map(deals.mirror.fields.map((field) => [field.fieldId, field]));
    const fields = mapFields(metadata(wanted), known);
    const mirror = { ...deals.mirror, fields };
    await prepareMirrorTable(database.knex, mirror, deals.mirror.fields);
    return {
      store: async () => {
        await saveFields(database.knex, mirror.connectionId, mirror.key, fields);
        return asNow({ ...deals, mirror });
      },
    };
  }

  const SWAPPED: readonly SomeField[] = [{ ...NAME, apiName: 'Amount' }, { ...AMOUNT, apiName: 'Deal_Name' }, MODIFIED];

  for (const [how, load] of [
    ['a first load', (deals: MirrorUnderTest) => loadRecords(deals, [RECORD], { firstLoad: true })],
    ['a page that is merged', (deals: MirrorUnderTest) => loadRecords(deals, [RECORD])],
    ['an export that is merged', (deals: MirrorUnderTest) => loadCsv(deals, LINES)],
  ] as const) {
    it(`is refused and writes nothing, as ${how}, while the map of the fields is not stored and after`, async () => {
      const deals = await planned();
      const changed = await change(deals, SWAPPED);

      await assert.rejects(load(deals), LayoutChanged);
      await changed.store();
      await assert.rejects(load(deals), LayoutChanged);

      assert.deepEqual(await rowsOf(deals), []);
    });
  }

  for (const [what, load] of [
    ['pages', (deals: MirrorUnderTest) => loadRecords(deals, [RECORD], { firstLoad: true })],
    ['an export', (deals: MirrorUnderTest) => loadCsv(deals, LINES, { firstLoad: true })],
  ] as const) {
    it(`is refused as a first load of ${what}, even where every column that it writes is as it was`, async () => {
      const deals = await planned();
      await (await change(deals, [NAME, AMOUNT, MODIFIED, { apiName: 'Visits', dataType: 'integer' }])).store();

      await assert.rejects(load(deals), LayoutChanged);

      assert.deepEqual(await rowsOf(deals), []);
    });
  }

  it('is refused even by the new map before that is stored, and goes on by it after', async () => {
    const deals = await planned();
    const changed = await change(deals, [...SWAPPED, { apiName: 'Visits', dataType: 'integer' }]);
    await assert.rejects(loadRecords(await asNow(deals), [RECORD]), LayoutChanged);

    const now = await changed.store();
    await loadRecords(now, [{ id: '1', Amount: 'A', Deal_Name: 5, Modified_Time: MODIFIED_AT, Visits: 3 }]);

    const [row] = await rowsOf(now);
    assert.deepEqual([row?.['amount'], row?.['deal_name'], row?.['visits']], ['A', '5', 3]);
  });

  it('is not disturbed by metadata that change nothing', async () => {
    const deals = await planned();

    await (await change(deals, [NAME, AMOUNT, MODIFIED])).store();
    await loadRecords(deals, [RECORD]);

    assert.equal((await rowsOf(deals)).length, 1);
  });
});

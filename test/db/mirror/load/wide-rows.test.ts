import assert from 'node:assert/strict';
import { countQuarantine } from '../../../../src/db/mirror/quarantine';
import { useDatabase } from '../../support';
import { loadCsv, loadPages, MODIFIED, pageOf, quarantineOf, rowsOf, someMirror, type ZohoRecord } from '../support';

const TIME = '2026-11-16T09:00:00Z';
/** So many texts of thirty bytes do not fit a page, however they are stored. */
const FIELDS = Array.from({ length: 490 }, (_, index) => ({ apiName: `Text_${index}`, dataType: 'text' }));
/** As text each takes two bytes, as its type eight. */
const COUNTS = Array.from({ length: 1_100 }, (_, index) => ({ apiName: `Count_${index}`, dataType: 'bigint' }));

const narrow = (id: string): ZohoRecord => ({ id, Text_0: 'A', Modified_Time: TIME });
const wide = (id: string): ZohoRecord => ({
  id,
  Modified_Time: TIME,
  ...Object.fromEntries(FIELDS.map(({ apiName }, index) => [apiName, `${index} `.padEnd(30, 'wide')])),
});

describe('a record that is too wide for a row of PostgreSQL', () => {
  const database = useDatabase();

  for (const options of [{ firstLoad: true }, { compareValues: true, keepSeenIds: true, trackRecords: true }]) {
    const way = options.firstLoad ? 'first loaded' : 'compared';

    it(`goes to quarantine with its reason, and the others are ${way}, of a page`, async () => {
      const mirror = await someMirror(database.knex, [...FIELDS, MODIFIED]);

      const chunk = await loadPages(mirror, [pageOf([narrow('1'), wide('2'), narrow('3')])], options);

      assert.deepEqual(
        (await rowsOf(mirror)).map(({ id }) => id),
        ['1', '3'],
      );
      assert.deepEqual([chunk.read, chunk.created, chunk.failed], [3, 2, 1]);
      const [entry] = await quarantineOf(mirror);
      assert.equal(entry?.['reason'], 'The values of all fields together are wider than a row of PostgreSQL can be.');
      assert.equal((entry?.['raw_data'] as ZohoRecord)['text_1'], wide('2')['Text_1']);
    });

    it(`goes to quarantine, and the others are ${way}, of an export that has another misfit`, async () => {
      const mirror = await someMirror(database.knex, [
        ...FIELDS,
        { apiName: 'Amount', dataType: 'currency' },
        MODIFIED,
      ]);
      const names = ['id', ...FIELDS.map(({ apiName }) => apiName), 'Amount', 'Modified_Time'];
      const lines = [narrow('1'), wide('2'), narrow('3'), { ...narrow('4'), Amount: 'many' }].map(
        (record: ZohoRecord) => names.map((name) => (record[name] as string | undefined) ?? '').join(','),
      );

      const chunk = await loadCsv(mirror, [names.join(','), ...lines], options);

      assert.deepEqual(
        (await rowsOf(mirror)).map(({ id }) => id),
        ['1', '3'],
      );
      assert.equal(chunk.failed, 2);
      assert.deepEqual(
        (await quarantineOf(mirror)).map(({ record_id, field }) => [record_id, field]),
        [
          ['2', '*'],
          ['4', 'amount'],
        ],
      );
    });
  }

  it('is found by the types of the mirror, in which it may be wider than as text', async () => {
    const mirror = await someMirror(database.knex, [...COUNTS, MODIFIED]);
    const full = Object.fromEntries(COUNTS.map(({ apiName }) => [apiName, 7]));

    const chunk = await loadPages(mirror, [
      pageOf([
        { id: '1', Count_0: 1 },
        { id: '2', ...full },
      ]),
    ]);

    assert.deepEqual([chunk.created, chunk.failed], [1, 1]);
  });

  it('leaves quarantine once it is narrow enough', async () => {
    const mirror = await someMirror(database.knex, [...FIELDS, MODIFIED]);
    await loadPages(mirror, [pageOf([narrow('1'), wide('2')])]);

    await loadPages(mirror, [pageOf([narrow('2')])]);

    assert.equal((await countQuarantine(mirror.knex, mirror.mirror)).quarantined, 0);
    assert.equal((await rowsOf(mirror)).length, 2);
  });
});

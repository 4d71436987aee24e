import assert from 'node:assert/strict';
import { useDatabase } from '../../support';
import { AMOUNT, loadRecords, MARGIN, MODIFIED, NAME, placesOf, rowsOf, someMirror, type ZohoRecord } from '../support';

const MONDAY = '2026-11-16T09:00:00+00:00';

const deal = (id: string, name: string, modified: string | null = MONDAY): ZohoRecord => ({
  id,
  Deal_Name: name,
  Modified_Time: modified,
});

describe('merging rows of the same Modified_Time', () => {
  const database = useDatabase();

  async function nameAfter(second: ZohoRecord, options: { compareValues: boolean; firstReadAt: string }) {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'first')], { asOf: new Date(options.firstReadAt) });
    await loadRecords(deals, [second], { compareValues: options.compareValues });
    return (await rowsOf(deals))[0]?.['deal_name'];
  }

  it('compares values on request', async () => {
    const name = await nameAfter(deal('1', 'second'), { compareValues: true, firstReadAt: '2026-11-20T00:00:00Z' });

    assert.equal(name, 'second');
  });

  it('trusts the time in bulk', async () => {
    const name = await nameAfter(deal('1', 'second'), { compareValues: false, firstReadAt: '2026-11-20T00:00:00Z' });

    assert.equal(name, 'first');
  });

  it('does not trust the time of a row that was read within two seconds of its change, even in bulk', async () => {
    const names = await Promise.all(
      ['2026-11-16T09:00:00Z', '2026-11-16T09:00:02Z', '2026-11-16T09:00:03Z'].map((firstReadAt) =>
        nameAfter(deal('1', 'second'), { compareValues: false, firstReadAt }),
      ),
    );

    assert.deepEqual(names, ['second', 'second', 'first']);
  });

  it('trusts the time of such a row once a later read has shown the same', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'first')], { asOf: new Date('2026-11-16T09:00:01Z') });
    await loadRecords(deals, [deal('1', 'first')]);

    await loadRecords(deals, [deal('1', 'second')]);

    assert.equal((await rowsOf(deals))[0]?.['deal_name'], 'first');
  });

  it('compares values where a time is unknown', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1', 'A', null), deal('2', 'B', MONDAY), deal('3', 'C', null)]);
    const before = await placesOf(deals);

    const chunk = await loadRecords(deals, [deal('1', 'A2', MONDAY), deal('2', 'B2', null), deal('3', 'C', null)]);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['deal_name']),
      ['A2', 'B2', 'C'],
    );
    assert.deepEqual([chunk.updated, chunk.unchanged], [2, 1]);
    assert.deepEqual((await placesOf(deals))[2], before[2]);
  });

  it('sees a formula that changed without Modified_Time', async () => {
    const deals = await someMirror(database.knex, [NAME, MARGIN, MODIFIED]);
    const withMargin = (id: string, margin: number) => ({ id, Deal_Name: id, Margin: margin, Modified_Time: MONDAY });
    await loadRecords(deals, [withMargin('1', 10), withMargin('2', 20)]);
    const [first] = await placesOf(deals);

    const chunk = await loadRecords(deals, [withMargin('1', 10), withMargin('2', 25)]);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['margin']),
      ['10', '25'],
    );
    assert.equal(chunk.updated, 1);
    assert.deepEqual((await placesOf(deals))[0], first);
  });
});

describe('merging a module without Modified_Time', () => {
  const database = useDatabase();

  it('compares values', async () => {
    const notes = await someMirror(database.knex, [NAME, AMOUNT], 'Price_Books');
    await loadRecords(notes, [
      { id: '1', Deal_Name: 'A' },
      { id: '2', Deal_Name: 'B' },
    ]);
    const [first] = await placesOf(notes);

    const chunk = await loadRecords(notes, [
      { id: '1', Deal_Name: 'A' },
      { id: '2', Deal_Name: 'B2', Amount: 3 },
    ]);

    assert.deepEqual([chunk.updated, chunk.unchanged], [1, 1]);
    assert.deepEqual(await rowsOf(notes), [
      { id: '1', deal_name: 'A', amount: null },
      { id: '2', deal_name: 'B2', amount: '3' },
    ]);
    assert.deepEqual((await placesOf(notes))[0], first);
  });
});

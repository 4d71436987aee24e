import assert from 'node:assert/strict';
import { findDoubts } from '../../../../src/db/mirror/doubtful-records';
import { useDatabase } from '../../support';
import { loadRecords, NAME, rowsOf, someMirror, type MirrorUnderTest, type SomeField } from '../support';

const [MONDAY, TUESDAY, WEDNESDAY] = ['2026-11-16T09:00:00Z', '2026-11-17T09:00:00Z', '2026-11-18T09:00:00Z'];
/** When the reads began, one after the other. */
const [FIRST, SECOND, THIRD, FOURTH] = [1, 2, 3, 4].map((hour) => new Date(Date.UTC(2026, 10, 23, hour))) as [
  Date,
  Date,
  Date,
  Date,
];

const deal = (name: string, modified: string) => ({ id: '1', Deal_Name: name, Modified_Time: modified });

describe('a record that a later read shows with an earlier Modified_Time', () => {
  const database = useDatabase();

  async function inDoubt(): Promise<{ deals: MirrorUnderTest; upTo: string }> {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('new', TUESDAY)], { asOf: FIRST });
    await loadRecords(deals, [deal('back', MONDAY)], { asOf: SECOND });
    const { upTo } = await findDoubts(database.knex, deals.mirror, 10);
    return { deals, upTo };
  }
  const nameOf = async (under: MirrorUnderTest) => (await rowsOf(under))[0]?.['deal_name'];
  const doubtsOf = async ({ mirror }: MirrorUnderTest) => findDoubts(database.knex, mirror, 10);

  it('is in doubt, and stays as it is', async () => {
    const { deals } = await inDoubt();

    assert.deepEqual([await nameOf(deals), (await doubtsOf(deals)).ids], ['new', ['1']]);
  });

  it('is written as the answer to the doubt shows it', async () => {
    const { deals, upTo } = await inDoubt();

    await loadRecords(deals, [deal('back', MONDAY)], { asOf: THIRD, compareValues: true, settlesDoubtsUpTo: upTo });

    assert.equal(await nameOf(deals), 'back');
  });

  it('is not written by an answer to earlier doubts', async () => {
    const { deals, upTo } = await inDoubt();
    const earlier = String(BigInt(upTo) - 1n);

    await loadRecords(deals, [deal('back', MONDAY)], { asOf: THIRD, compareValues: true, settlesDoubtsUpTo: earlier });

    assert.equal(await nameOf(deals), 'new');
  });

  it('is not written where the row has been written since it came into doubt', async () => {
    const { deals, upTo } = await inDoubt();
    await loadRecords(deals, [deal('newest', WEDNESDAY)], { asOf: FOURTH });

    await loadRecords(deals, [deal('back', MONDAY)], { asOf: THIRD, compareValues: true, settlesDoubtsUpTo: upTo });

    assert.equal(await nameOf(deals), 'newest');
  });
});

describe('a record of a module without Modified_Time that an earlier read shows otherwise', () => {
  const database = useDatabase();
  const FIELDS: SomeField[] = [NAME];

  it('is in doubt, and written as the answer shows it', async () => {
    const books = await someMirror(database.knex, FIELDS, 'Price_Books');
    await loadRecords(books, [{ id: '1', Deal_Name: 'later' }], { asOf: SECOND });
    await loadRecords(books, [{ id: '1', Deal_Name: 'earlier' }], { asOf: FIRST });
    const { ids, upTo } = await findDoubts(database.knex, books.mirror, 10);
    const before = (await rowsOf(books))[0]?.['deal_name'];

    await loadRecords(books, [{ id: '1', Deal_Name: 'true' }], {
      asOf: FIRST,
      compareValues: true,
      settlesDoubtsUpTo: upTo,
    });

    assert.deepEqual([ids, before, (await rowsOf(books))[0]?.['deal_name']], [['1'], 'later', 'true']);
  });
});

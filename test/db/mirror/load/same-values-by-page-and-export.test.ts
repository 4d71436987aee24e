import assert from 'node:assert/strict';
import { saveUsers } from '../../../../src/db/connections/crm-users';
import { useDatabase } from '../../support';
import {
  ACCOUNT,
  loadCsv,
  loadRecords,
  MODIFIED,
  OWNER,
  rowsOf,
  someMirror,
  TAGS,
  type MirrorUnderTest,
  type SomeField,
} from '../support';

const COLOURS: SomeField = {
  apiName: 'Colours',
  dataType: 'multiselectpicklist',
  choices: ['Red', 'Green', 'Blue, light', 'A;B', 'Red,Green'],
};

describe('several choices of a picklist', () => {
  const database = useDatabase();

  /** Cells of an export as the mirror stores them. */
  async function choices(cells: readonly string[]): Promise<unknown[]> {
    const deals = await someMirror(database.knex, [COLOURS]);
    await loadCsv(deals, ['Id,Colours', ...cells.map((cell, row) => `${row + 1},"${cell}"`)]);
    return (await rowsOf(deals)).map((row) => row['colours']);
  }

  it('are split at semicolons and at commas, whichever the organization uses', async () => {
    assert.deepEqual(await choices(['Red;Green', 'Green,Red', 'Green', '']), [
      ['Red', 'Green'],
      ['Green', 'Red'],
      ['Green'],
      null,
    ]);
  });

  it('are not split inside an option', async () => {
    assert.deepEqual(await choices(['Blue, light', 'Red;Blue, light', 'A;B', 'Red,Green']), [
      ['Blue, light'],
      ['Red', 'Blue, light'],
      ['A;B'],
      ['Red,Green'],
    ]);
  });

  it('keep an option that was removed from the picklist', async () => {
    assert.deepEqual(await choices(['Red;Purple', 'Purple']), [['Red', 'Purple'], ['Purple']]);
  });

  it('are the same from both ways of reading, so that one never undoes the other', async () => {
    const deals = await someMirror(database.knex, [COLOURS]);
    await loadCsv(deals, ['Id,Colours', '1,"Red;Blue, light"', '2,', '3,Green']);

    const chunk = await loadRecords(
      deals,
      [
        { id: '1', Colours: ['Red', 'Blue, light'] },
        { id: '2', Colours: [] },
        { id: '3', Colours: ['Green'] },
      ],
      { compareValues: true },
    );

    assert.deepEqual([chunk.updated, chunk.unchanged], [0, 3]);
  });
});

describe('tags', () => {
  const database = useDatabase();

  it('are mirrored as their names, from both ways of reading', async () => {
    const deals = await someMirror(database.knex, [TAGS]);
    await loadRecords(deals, [
      { id: '1', Tag: [{ name: 'VIP', id: '9', color_code: null }, { name: 'Größe "XL"' }] },
      { id: '2', Tag: [] },
    ]);

    const chunk = await loadCsv(deals, ['Id,Tag', '1,"VIP,Größe ""XL"""', '2,']);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['tag']),
      [['VIP', 'Größe "XL"'], null],
    );
    assert.equal(chunk.unchanged, 2);
  });
});

describe('values of a type that nobody documents', () => {
  const database = useDatabase();
  const NOVELTY: SomeField = { apiName: 'Novelty', dataType: 'novelty' };

  const noveltiesOf = async (under: MirrorUnderTest) => (await rowsOf(under)).map((row) => row['novelty']);
  const SHOWN = [{ id: '100', name: 'Standard' }, '00042', 7, ['a', 'b'], [{ id: '1' }, { id: '2' }], true, null];
  const EXPORTED = ['100', '00042', '7', 'a;b', '"1,2"', 'true', ''];

  const records = SHOWN.map((value, index) => ({ id: String(index + 1), Novelty: value }));
  const lines = EXPORTED.map((cell, index) => `${index + 1},${cell}`);

  it('stay as a page shows them where an export says the same in fewer words', async () => {
    const under = await someMirror(database.knex, [NOVELTY]);
    await loadRecords(under, records);

    const chunk = await loadCsv(under, ['Id,Novelty', ...lines], { compareValues: true });

    assert.deepEqual(await noveltiesOf(under), SHOWN);
    assert.deepEqual([chunk.updated, chunk.unchanged], [0, SHOWN.length]);
  });

  it('are taken from an export where it says something else', async () => {
    const under = await someMirror(database.knex, [NOVELTY]);
    await loadRecords(under, records);

    await loadCsv(under, ['Id,Novelty', '1,200', '2,other', '4,b;a', '5,'], { compareValues: true });

    assert.deepEqual(await noveltiesOf(under), [200, 'other', 7, 'b;a', null, true, null]);
  });
});

describe('references', () => {
  const database = useDatabase();

  it('keep id and name of a lookup, from both ways of reading', async () => {
    const deals = await someMirror(database.knex, [ACCOUNT]);
    await loadRecords(deals, [{ id: '1', Account_Name: { id: '554023000000700001', name: 'Zylker "East", Ltd' } }]);

    const chunk = await loadCsv(deals, [
      'Id,Account_Name,Account_Name.Account_Name',
      '1,554023000000700001,"Zylker ""East"", Ltd"',
      '2,,',
    ]);

    assert.deepEqual(await rowsOf(deals), [
      { id: '1', account_name_id: '554023000000700001', account_name: 'Zylker "East", Ltd' },
      { id: '2', account_name_id: null, account_name: null },
    ]);
    assert.deepEqual([chunk.created, chunk.unchanged], [1, 1]);
  });

  it('take the names of users from the list of users, since an export has only their ids', async () => {
    const deals = await someMirror(database.knex, [OWNER]);
    await saveUsers(database.knex, deals.mirror.connectionId, [
      { id: '7', fullName: 'Patricia Boyle', email: null, status: 'active' },
    ]);

    await loadCsv(deals, ['Id,Owner', '1,7', '2,8', '3,']);

    assert.deepEqual(await rowsOf(deals), [
      { id: '1', owner_id: '7', owner: 'Patricia Boyle' },
      { id: '2', owner_id: '8', owner: null },
      { id: '3', owner_id: null, owner: null },
    ]);
  });

  it('follow a new owner, and keep the name of a user Zoho no longer lists', async () => {
    const deals = await someMirror(database.knex, [OWNER, MODIFIED]);
    await saveUsers(database.knex, deals.mirror.connectionId, [
      { id: '7', fullName: 'Patricia Boyle', email: null, status: 'active' },
    ]);
    const owned = (id: string, owner: { id: string; name: string }, modified: string) => ({
      id,
      Owner: owner,
      Modified_Time: modified,
    });
    await loadRecords(deals, [
      owned('1', { id: '5', name: 'Somebody Else' }, '2026-11-16T09:00:00Z'),
      owned('2', { id: '9', name: 'Long Gone' }, '2026-11-16T09:00:00Z'),
    ]);

    await loadCsv(deals, ['Id,Owner,Modified_Time', '1,7,2026-11-17T09:00:00Z', '2,9,2026-11-17T09:00:00Z']);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['owner']),
      ['Patricia Boyle', 'Long Gone'],
    );
  });

  it('do not keep the name of the old owner for an unknown new one', async () => {
    const deals = await someMirror(database.knex, [OWNER, MODIFIED]);
    await loadRecords(deals, [
      { id: '1', Owner: { id: '5', name: 'Somebody Else' }, Modified_Time: '2026-11-16T09:00:00Z' },
    ]);

    await loadCsv(deals, ['Id,Owner,Modified_Time', '1,8,2026-11-17T09:00:00Z']);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => [row['owner_id'], row['owner']]),
      [['8', null]],
    );
  });
});

describe('plain values', () => {
  const database = useDatabase();
  const FIELDS: SomeField[] = [
    { apiName: 'Won', dataType: 'boolean' },
    { apiName: 'Closing_Date', dataType: 'date' },
    { apiName: 'Visits', dataType: 'integer' },
    { apiName: 'Counter', dataType: 'bigint' },
    { apiName: 'Rate', dataType: 'percent' },
    { apiName: 'Called_At', dataType: 'datetime' },
    { apiName: 'Notes', dataType: 'textarea' },
    { apiName: 'Photos', dataType: 'imageupload' },
  ];

  it('are the same from both ways of reading', async () => {
    const deals = await someMirror(database.knex, FIELDS);
    await loadRecords(deals, [
      {
        id: '1',
        Won: true,
        Closing_Date: '2026-12-31',
        Visits: 3,
        Counter: '9007199254740993',
        Rate: 12.5,
        Called_At: '2026-11-16T09:00:00-05:00',
        Notes: 'two\nlines, "quoted" and \\N',
        Photos: [{ File_Id__s: 'x' }],
      },
    ]);

    const chunk = await loadCsv(deals, [
      'Id,Won,Closing_Date,Visits,Counter,Rate,Called_At,Notes',
      '1,true,2026-12-31,3,9007199254740993,12.5,2026-11-16T14:00:00Z,"two\nlines, ""quoted"" and \\N"',
    ]);

    assert.equal(chunk.unchanged, 1);
    assert.deepEqual(await rowsOf(deals), [
      {
        id: '1',
        won: true,
        closing_date: '2026-12-31',
        visits: 3,
        counter: '9007199254740993',
        rate: '12.5',
        called_at: new Date('2026-11-16T14:00:00Z'),
        notes: 'two\nlines, "quoted" and \\N',
        photos: [{ File_Id__s: 'x' }],
      },
    ]);
  });

  it('that are empty are null, quoted or not', async () => {
    const deals = await someMirror(database.knex, FIELDS);
    await loadRecords(deals, [{ id: '1', Notes: '', Visits: null, Won: null }]);

    const chunk = await loadCsv(deals, ['Id,Notes,Visits,Won', '1,"",,""']);

    assert.equal(chunk.unchanged, 1);
    assert.deepEqual(
      Object.values((await rowsOf(deals))[0] ?? {}).filter((value) => value !== null),
      ['1'],
    );
  });
});

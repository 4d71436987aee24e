import assert from 'node:assert/strict';
import fc from 'fast-check';
import { saveUsers } from '../../../../src/db/connections/crm-users';
import { qualifiedTable } from '../../../../src/db/mirror/mirror-module';
import { moveToTombstones } from '../../../../src/db/mirror/sweep';
import { useDatabase } from '../../support';
import {
  ACCOUNT,
  AMOUNT,
  LATER,
  loadCsv,
  loadRecords,
  MODIFIED,
  NAME,
  OWNER,
  quarantineOf,
  rowsOf,
  someMirror,
  TAGS,
  type MirrorUnderTest,
} from '../support';

const MODIFIED_AT = '2026-11-16T09:00:00+00:00';
const deal = (id: string, more: object = {}) => ({ id, Deal_Name: `Deal ${id}`, Modified_Time: MODIFIED_AT, ...more });

describe('the first load of a mirror', () => {
  const database = useDatabase();
  const names = async (deals: MirrorUnderTest) => (await rowsOf(deals)).map((row) => row['deal_name']);

  it('fills it with the same rows as every other load', async () => {
    const colours = { apiName: 'Colours', dataType: 'multiselectpicklist' };
    const records = [
      deal('1', {
        Amount: 1.5,
        Account_Name: { id: '7', name: 'A "B"\t\\N' },
        Tag: [{ name: 'VIP' }],
        Colours: ['x', 'y'],
      }),
      deal('2', { Amount: null, Account_Name: null, Tag: [], Colours: [] }),
    ];
    const mirrors = await Promise.all(
      [1, 2].map(() => someMirror(database.knex, [NAME, AMOUNT, ACCOUNT, TAGS, colours, MODIFIED])),
    );
    const [first, usual] = mirrors as [MirrorUnderTest, MirrorUnderTest];

    const chunk = await loadRecords(first, records, { firstLoad: true });
    await loadRecords(usual, records);

    assert.deepEqual(await rowsOf(first), await rowsOf(usual));
    assert.deepEqual([chunk.read, chunk.created, chunk.failed], [2, 2, 0]);
  });

  it('fills it with the same rows from an export', async () => {
    const choices = { apiName: 'Colours', dataType: 'multiselectpicklist', choices: ['x', 'y'] };
    const closing = { apiName: 'Closing_Date', dataType: 'date' };
    const fields = [NAME, AMOUNT, ACCOUNT, OWNER, TAGS, choices, closing, MODIFIED];
    const lines = [
      'Id,Deal_Name,Amount,Account_Name,Account_Name.Account_Name,Owner,Tag,Colours,Closing_Date,Modified_Time',
      `1,"A ""B"", C",1234567890123.45,7,"Acme, Inc.",5,"VIP,New",x;y,2026-02-28,${MODIFIED_AT}`,
      `2,,,,,,,,,${MODIFIED_AT}`,
    ];
    const mirrors = await Promise.all([1, 2].map(() => someMirror(database.knex, fields)));
    const [first, usual] = mirrors as [MirrorUnderTest, MirrorUnderTest];
    const zoe = { id: '5', fullName: 'Zoë', email: null, status: 'active' };
    await Promise.all(mirrors.map(({ mirror }) => saveUsers(database.knex, mirror.connectionId, [zoe])));

    const chunk = await loadCsv(first, lines, { firstLoad: true });
    await loadCsv(usual, lines);

    const rows = await rowsOf(first);
    assert.deepEqual(rows, await rowsOf(usual));
    assert.deepEqual([rows[0]?.['owner'], rows[0]?.['amount']], ['Zoë', '1234567890123.45']);
    assert.deepEqual([chunk.read, chunk.created, chunk.failed], [2, 2, 0]);
  });

  describe('from an export', () => {
    const colours = { apiName: 'Colours', dataType: 'multiselectpicklist', choices: ['x', 'y', 'Ü "z"', 'a, b'] };
    const drawing = { apiName: 'Drawing', dataType: 'unheard_of' };
    const fields = [NAME, ACCOUNT, OWNER, TAGS, colours, drawing, MODIFIED];
    const header =
      'Id,Deal_Name,Account_Name,Account_Name.Account_Name,Owner,Unknown,Tag,Colours,Drawing,Modified_Time';
    const users = ['5', '6', '5000000000000012345'].map((id) => ({
      id,
      fullName: `Zoë ${id}`,
      email: null,
      status: 'active',
    }));
    const ofSameOrg = async (count: number): Promise<MirrorUnderTest[]> => {
      const mirrors = await Promise.all(Array.from({ length: count }, () => someMirror(database.knex, fields)));
      await Promise.all(mirrors.map(({ mirror }) => saveUsers(database.knex, mirror.connectionId, users)));
      return mirrors;
    };
    /** Rows that were copied without staging are not looked at again: nobody knows their least id. */
    const isCopied = ({ minId }: { minId: string | null }): boolean => minId === null;

    it('copies rows without staging them, and they are the same', async () => {
      const cell = fc.constantFrom(
        '',
        'a',
        'x;y',
        'a,b',
        ',',
        'x,;y',
        'a, b',
        'q"',
        'Ü "z"',
        '\\',
        'new\nline',
        '[]',
        '12',
        '{"a":1}',
      );
      const line = fc.tuple(
        cell,
        fc.constantFrom('', '7'),
        cell,
        fc.constantFrom('', ...users.map(({ id }) => id)),
        cell,
        cell,
        cell,
        fc.constantFrom('', '', '', '[1]', 'x'),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 8 }), async (lines) => {
          const [first, usual] = (await ofSameOrg(2)) as [MirrorUnderTest, MirrorUnderTest];
          const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
          const file = [header, ...lines.map((cells, at) => [at + 1, ...cells.map(quoted), MODIFIED_AT].join(','))];

          await loadCsv(first, file, { firstLoad: true });
          await loadCsv(usual, file);

          assert.deepEqual(await rowsOf(first), await rowsOf(usual));
        }),
        { numRuns: 25 },
      );
    });

    const usual = `1,Deal 1,7,Acme,5,?,"VIP,New",x;y,,${MODIFIED_AT}`;
    for (const [what, line, isDirect] of [
      ['rows as most are', usual, true],
      ['choices that hold a separator', usual.replace('x;y', '"a, b"'), true],
      ['a value of a type that nobody knows', usual.replace(',,', ',{},'), false],
      ['a user whose name is not known', usual.replace(',5,', ',99,'), false],
    ] as const) {
      it(`${isDirect ? 'does not stage' : 'stages'} ${what}`, async () => {
        const [deals] = (await ofSameOrg(1)) as [MirrorUnderTest];

        const chunk = await loadCsv(deals, [header, line], { firstLoad: true });

        assert.deepEqual([chunk.created, isCopied(chunk)], [1, isDirect]);
      });
    }

    it('keeps what a type that nobody knows has as JSON, a text too', async () => {
      const [deals] = (await ofSameOrg(1)) as [MirrorUnderTest];
      const line = (id: string, drawing: string) => `${id},Deal,7,Acme,5,?,,,${drawing},${MODIFIED_AT}`;

      await loadCsv(deals, [header, line('1', 'a text'), line('2', '[1]')], { firstLoad: true });

      assert.deepEqual(
        (await rowsOf(deals)).map((row) => row['drawing']),
        ['a text', [1]],
      );
    });

    it('stages a file without a field that was asked for, and says so', async () => {
      const [deals] = (await ofSameOrg(1)) as [MirrorUnderTest];

      const chunk = await loadCsv(deals, ['Id,Deal_Name', '1,Deal 1'], { firstLoad: true });

      assert.deepEqual([chunk.created, isCopied(chunk)], [1, false]);
    });
  });

  it('sets a row of an export aside that does not fit, and takes the others', async () => {
    const deals = await someMirror(database.knex);
    const line = (id: string, amount: string) => `${id},Deal ${id},${amount},${MODIFIED_AT}`;

    const chunk = await loadCsv(
      deals,
      ['Id,Deal_Name,Amount,Modified_Time', line('1', '1'), line('2', 'many'), line('3', '3')],
      { firstLoad: true },
    );

    assert.deepEqual([chunk.created, chunk.failed], [2, 1]);
    assert.deepEqual(await names(deals), ['Deal 1', 'Deal 3']);
  });

  it('remembers when the rows were read', async () => {
    const deals = await someMirror(database.knex);

    await loadRecords(deals, [deal('1')], { firstLoad: true, asOf: LATER });

    const { rows } = await database.knex.raw<{ rows: object[] }>(
      `select _synced_at from ${qualifiedTable(deals.mirror)}`,
    );
    assert.deepEqual(rows, [{ _synced_at: LATER }]);
  });

  it('merges after all where rows are there already', async () => {
    const deals = await someMirror(database.knex);
    await loadRecords(deals, [deal('1'), deal('2')], { firstLoad: true });

    const chunk = await loadRecords(deals, [deal('2'), deal('3')], { firstLoad: true });

    assert.deepEqual([chunk.created, chunk.unchanged], [1, 1]);
    assert.deepEqual(await names(deals), ['Deal 1', 'Deal 2', 'Deal 3']);
  });

  it('sets a row aside that does not fit, and takes the others', async () => {
    const deals = await someMirror(database.knex);

    const chunk = await loadRecords(deals, [deal('1'), deal('2', { Amount: 'many' }), deal('3'), deal('3')], {
      firstLoad: true,
    });

    assert.deepEqual([chunk.created, chunk.failed], [2, 1]);
    assert.deepEqual(
      (await quarantineOf(deals)).map((entry) => entry['record_id']),
      ['2'],
    );
  });

  it('does not bring a row that was deleted after it was read', async () => {
    const deals = await someMirror(database.knex);
    const deletedAt = new Date(LATER.getTime() + 60_000).toISOString();
    await moveToTombstones(deals.knex, deals.mirror, deals.sessionId, 1, [{ id: '1', deletedAt, reason: 'recycle' }]);

    await loadRecords(deals, [deal('1'), deal('2')], { firstLoad: true, asOf: LATER });

    assert.deepEqual(await names(deals), ['Deal 2']);
  });

  it('writes what each column can hold, where a type waits for a person', async () => {
    const deals = await someMirror(database.knex);
    await database.knex.raw(`alter table ${qualifiedTable(deals.mirror)} alter column amount type text`);

    await loadRecords(deals, [deal('1', { Amount: 12.5 })], { firstLoad: true });

    assert.equal((await rowsOf(deals))[0]?.['amount'], '12.5');
  });

  it('takes values of an export that the kernel leaves to PostgreSQL', async () => {
    const deals = await someMirror(database.knex);
    const lines = ['Id,Deal_Name,Amount,Modified_Time', `1,Deal 1,1e450,${MODIFIED_AT}`, `2,Deal 2,2,${MODIFIED_AT}`];

    const chunk = await loadCsv(deals, lines, { firstLoad: true });

    assert.deepEqual([chunk.created, chunk.failed], [2, 0]);
    assert.equal((await rowsOf(deals))[0]?.['amount'], `1${'0'.repeat(450)}`);
  });

  it('takes values that the kernel leaves to PostgreSQL', async () => {
    const deals = await someMirror(database.knex);

    const chunk = await loadRecords(deals, [deal('1'), deal('2', { Amount: '1e450' })], { firstLoad: true });

    assert.deepEqual([chunk.created, chunk.failed], [2, 0]);
    assert.equal((await rowsOf(deals))[1]?.['amount'], `1${'0'.repeat(450)}`);
  });

  it('does one chunk once, even if two attempts run at the same time', async () => {
    const deals = await someMirror(database.knex);
    const chunk = { chunkNumber: 920_001, firstLoad: true };

    const outcomes = await Promise.all([1, 2].map(() => loadRecords(deals, [deal('1'), deal('2')], chunk)));

    assert.deepEqual(
      outcomes.map(({ created }) => created),
      [2, 2],
    );
    assert.equal(outcomes.filter(({ repeated }) => repeated).length, 1);
  });
});

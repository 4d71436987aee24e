import assert from 'node:assert/strict';
import fc from 'fast-check';
import { saveFields, loadFields, markFilled } from '../../../../src/db/mirror/module-fields';
import { listUnreadFields } from '../../../../src/db/sessions/chunks';
import { listLogs } from '../../../../src/db/sessions/logs';
import { useDatabase } from '../../support';
import {
  ACCOUNT,
  AMOUNT,
  loadCsv,
  loadPages,
  loadRecords,
  type MirrorUnderTest,
  MODIFIED,
  NAME,
  pageOf,
  rowsOf,
  someMirror,
  type ZohoRecord,
} from '../support';

const FIELDS = [NAME, AMOUNT, ACCOUNT, MODIFIED];
const before = (id: string): ZohoRecord => ({
  id,
  Deal_Name: 'old',
  Amount: 1.5,
  Account_Name: { id: '7', name: 'Old' },
  Modified_Time: '2026-11-16T09:00:00Z',
});
const OPTIONAL = ['Deal_Name', 'Amount', 'Account_Name'] as const;

describe('fields that Zoho leaves out', () => {
  const database = useDatabase();

  /** A mirror whose fields a full sync has filled, with rows of these ids. */
  async function filledMirror(ids: readonly string[]): Promise<MirrorUnderTest> {
    const deals = await someMirror(database.knex, FIELDS);
    const { connectionId, key, fields } = deals.mirror;
    await saveFields(database.knex, connectionId, key, fields);
    await markFilled(database.knex, connectionId, key, fields, deals.sessionId);
    await loadRecords(deals, ids.map(before), { firstLoad: true });
    return deals;
  }
  const names = async (deals: MirrorUnderTest) => (await rowsOf(deals)).map((row) => row['deal_name']);
  const later = { Modified_Time: '2026-11-17T09:00:00Z' };

  it('keep their values, whichever records lack them, in whatever page', async () => {
    const change = fc.record({ lacks: fc.subarray([...OPTIONAL]), value: fc.nat(9) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        async (pages) => {
          let id = 0;
          const changed = pages.map((page) =>
            page.map(({ lacks, value }) => {
              const account = { id: String(value), name: `New ${value}` };
              const record: ZohoRecord = {
                id: String((id += 1)),
                Deal_Name: 'new',
                Amount: value,
                Account_Name: account,
                ...later,
              };
              for (const field of lacks) delete record[field];
              return record;
            }),
          );
          const deals = await filledMirror(changed.flat().map((record) => String(record['id'])));

          await loadPages(deals, changed.map(pageOf));

          const expected = changed.flat().map((record) => {
            const { Deal_Name, Amount, Account_Name } = { ...before(''), ...record };
            const account = Account_Name as { id: string; name: string };
            return [Deal_Name, String(Amount), account.id, account.name];
          });
          const rows = await rowsOf(deals);
          assert.deepEqual(
            rows.map((row) => [row['deal_name'], row['amount'], row['account_name_id'], row['account_name']]),
            expected,
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('keep their values beside a cell that does not fit', async () => {
    const deals = await filledMirror(['1', '2']);

    await loadRecords(deals, [
      { id: '1', Amount: 'about ten', ...later },
      { id: '2', Amount: 10, ...later },
    ]);

    assert.deepEqual(await names(deals), ['old', 'old']);
    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['amount']),
      ['1.5', '10'],
    );
  });

  it('keep their values when an export has no such column', async () => {
    const deals = await filledMirror(['1']);

    await loadCsv(deals, ['Id,Amount,Modified_Time', '1,10,2026-11-17T09:00:00Z']);

    assert.deepEqual(await names(deals), ['old']);
    assert.deepEqual([...(await listUnreadFields(database.knex, deals.sessionId))].sort(), [
      'Account_Name',
      'Deal_Name',
    ]);
  });

  it('are found by their name in another case', async () => {
    const deals = await filledMirror(['1']);

    await loadCsv(deals, ['id,deal_name,AMOUNT,account_name,modified_time', '1,new,10,8,2026-11-17T09:00:00Z']);

    assert.deepEqual(await names(deals), ['new']);
    assert.equal((await listUnreadFields(database.knex, deals.sessionId)).has('Deal_Name'), false);
  });

  it('count as not filled, and are named in the log once', async () => {
    const deals = await filledMirror(['1']);
    const lacking: ZohoRecord = { id: '1', Amount: 10, Account_Name: null, ...later };
    await loadRecords(deals, [lacking]);
    await loadRecords(deals, [lacking]);

    const fields = await loadFields(database.knex, deals.mirror.connectionId, deals.mirror.key);
    const logs = await listLogs(database.knex, { kind: 'session', id: deals.sessionId }, {}, { limit: 10 });
    assert.deepEqual(
      fields.filter(({ filled }) => !filled).map(({ apiName }) => apiName),
      ['Deal_Name'],
    );
    assert.deepEqual(
      logs.map(({ logLevel, message }) => [logLevel, message]),
      [['WARNING', 'Zoho left out Deal_Name, which was asked for; the mirror keeps the values it has.']],
    );
  });

  it('are empty in a row that the mirror did not have', async () => {
    const deals = await filledMirror([]);

    await loadRecords(deals, [{ id: '1', Amount: 10, Account_Name: null, ...later }], { firstLoad: true });

    assert.deepEqual(await names(deals), [null]);
    assert.deepEqual([...(await listUnreadFields(database.knex, deals.sessionId))], ['Deal_Name']);
  });
});

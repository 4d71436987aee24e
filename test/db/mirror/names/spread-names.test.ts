import assert from 'node:assert/strict';
import { spreadAllNames, spreadNames } from '../../../../src/db/mirror/names/spread-names';
import { useDatabase } from '../../support';
import { historyOf, loadRecords, placesOf, rowsOf, type MirrorUnderTest, type ZohoRecord } from '../support';
import { dealsOfAccounts } from './support';

const MONDAY = '2026-11-16T09:00:00+00:00';
const TUESDAY = '2026-11-17T09:00:00+00:00';

const account = (id: string, name: string, modified = MONDAY): ZohoRecord => ({
  id,
  Account_Name: name,
  Modified_Time: modified,
});

const deal = (id: string, accountId: string, accountName: string): ZohoRecord => ({
  id,
  Deal_Name: `Deal ${id}`,
  Account_Name: { id: accountId, name: accountName },
  Owner: { id: '7', name: 'Ada' },
  Modified_Time: MONDAY,
});

describe('the name of a record that changed', () => {
  const database = useDatabase();

  const notes = async (): Promise<unknown[]> =>
    (await database.knex.raw<{ rows: { record_id: string }[] }>('select record_id from sync.name_changes order by 1'))
      .rows;
  const accountNames = async (deals: MirrorUnderTest) => (await rowsOf(deals)).map((row) => row['account_name']);

  it('reaches the rows that point to it, and no others, and is no change of theirs', async () => {
    const { accounts, deals } = await dealsOfAccounts(database.knex);
    await loadRecords(accounts, [account('100', 'Acme'), account('200', 'Bolt')]);
    await loadRecords(deals, [deal('1', '100', 'Acme'), deal('2', '200', 'Bolt'), deal('3', '100', 'Acme')]);
    const [, bolt] = await placesOf(deals);

    await loadRecords(accounts, [account('100', 'Acme & Sons', TUESDAY), account('200', 'Bolt', TUESDAY)]);
    const noted = await notes();
    await spreadNames(database.knex, accounts.mirror);

    assert.deepEqual(noted, [{ record_id: '100' }]);
    assert.deepEqual(await accountNames(deals), ['Acme & Sons', 'Bolt', 'Acme & Sons']);
    assert.deepEqual([(await placesOf(deals))[1], await historyOf(deals), await notes()], [bolt, [], []]);
  });

  it('is not noted by a first load, which asks for a check of those that point to its records instead', async () => {
    const { accounts, deals } = await dealsOfAccounts(database.knex);

    await loadRecords(accounts, [account('100', 'Acme')], { firstLoad: true });
    await spreadAllNames(database.knex, accounts.mirror);

    const wanted = await database.knex.raw<{ rows: object[] }>(
      `select key, names_wanted_at > names_checked_at as wanted from sync.mirrors where connection_id = ? order by key`,
      [deals.mirror.connectionId],
    );
    assert.deepEqual(await notes(), []);
    assert.deepEqual(wanted.rows, [
      { key: 'Accounts', wanted: null },
      { key: 'Deals', wanted: true },
    ]);
  });

  it('is that of a new record, too, for rows that were read without it', async () => {
    const { accounts, deals } = await dealsOfAccounts(database.knex);
    await loadRecords(deals, [{ ...deal('1', '100', ''), Account_Name: { id: '100', name: null } }]);

    await loadRecords(accounts, [account('100', 'Acme')], { trackRecords: true });
    await spreadNames(database.knex, accounts.mirror);

    assert.deepEqual(await accountNames(deals), ['Acme']);
  });

  it('is looked for by a check of the whole mirrors where so many have changed', async () => {
    const { accounts, deals } = await dealsOfAccounts(database.knex);
    await database.knex.raw(
      `insert into sync.name_changes (mirror_id, record_id)
       select id, generate_series(1, 20001) from sync.mirrors where connection_id = ? and key = 'Accounts'`,
      [deals.mirror.connectionId],
    );

    await spreadNames(database.knex, accounts.mirror);

    const wanted = await database.knex.raw<{ rows: object[] }>(
      `select key from sync.mirrors where connection_id = ? and names_wanted_at > names_checked_at`,
      [deals.mirror.connectionId],
    );
    assert.deepEqual([await notes(), wanted.rows], [[], [{ key: 'Deals' }]]);
  });
});

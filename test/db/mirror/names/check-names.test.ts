import assert from 'node:assert/strict';
import { saveUsers } from '../../../../src/db/connections/crm-users';
import { findDoubts } from '../../../../src/db/mirror/doubtful-records';
import { checkNames, followNames, requestNamesCheck } from '../../../../src/db/mirror/names/check-names';
import { learnUsers } from '../../../../src/db/mirror/names/learn-users';
import { useDatabase } from '../../support';
import { loadCsv, loadRecords, MODIFIED, OWNER, rowsOf, someMirror, type MirrorUnderTest } from '../support';
import { dealsOfAccounts, synced } from './support';

const WHAT = { apiName: 'What_Id', dataType: 'multi_module_lookup' };
const MONDAY = '2026-11-16T09:00:00+00:00';
const TUESDAY = '2026-11-17T09:00:00+00:00';

const task = (
  what: string | null,
  name: string | null,
  owner: string | null = '7',
  ownerName: string | null = 'Ada',
) => ({
  id: '1',
  What_Id: what === null ? null : { id: what, name },
  Owner: owner === null ? null : { id: owner, name: ownerName },
  Modified_Time: MONDAY,
});

describe('names of lookups', () => {
  const database = useDatabase();

  async function tasks(): Promise<MirrorUnderTest> {
    return someMirror(database.knex, [WHAT, OWNER, MODIFIED], 'Tasks');
  }

  const namesOf = async (under: MirrorUnderTest) =>
    (await rowsOf(under)).map((row) => [row['what_id_id'], row['what_id'], row['owner_id'], row['owner']]);

  it('do not stay behind when an export moves the id to another record or user', async () => {
    const under = await tasks();
    await loadRecords(under, [task('100', 'Acme')]);

    await loadCsv(under, ['Id,What_Id,Owner,Modified_Time', `1,200,8,${TUESDAY}`]);

    assert.deepEqual(await namesOf(under), [['200', null, '8', null]]);
  });

  it('stay where an export leaves the id', async () => {
    const under = await tasks();
    await loadRecords(under, [task('100', 'Acme')]);

    await loadCsv(under, ['Id,What_Id,Owner,Modified_Time', `1,100,7,${TUESDAY}`]);

    assert.deepEqual(await namesOf(under), [['100', 'Acme', '7', 'Ada']]);
  });

  it('of records are not those of users with the same id', async () => {
    const under = await tasks();
    const ada = { id: '7', fullName: 'Ada', email: null, status: 'active' };
    await saveUsers(database.knex, under.mirror.connectionId, [ada]);

    await loadCsv(under, ['Id,What_Id,Owner,Modified_Time', `1,7,7,${TUESDAY}`]);

    assert.deepEqual(await namesOf(under), [['7', null, '7', 'Ada']]);
  });

  it('of users in no list are asked for with one record of each, and known from then on', async () => {
    const under = await tasks();
    await loadCsv(under, [
      'Id,What_Id,Owner,Modified_Time',
      `1,100,7,${MONDAY}`,
      `2,100,7,${MONDAY}`,
      `3,100,8,${MONDAY}`,
    ]);

    const { ids } = await findDoubts(database.knex, under.mirror, 10);
    await loadRecords(under, [task('100', 'Acme')], { compareValues: true });
    const learned = await learnUsers(database.knex, under.mirror, ids);
    await checkNames(database.knex, under.mirror);

    assert.deepEqual([ids.sort(), learned], [['1', '3'], 1]);
    assert.deepEqual(
      (await rowsOf(under)).map((row) => row['owner']),
      ['Ada', 'Ada', null],
    );
  });

  it('follow the list of users, once the mirror is filled', async () => {
    const under = await tasks();
    await loadRecords(under, [task('100', 'Acme')]);
    const married = { id: '7', fullName: 'Ada Married', email: null, status: 'active' };
    await saveUsers(database.knex, under.mirror.connectionId, [married]);

    await followNames(database.knex, under.mirror);
    const before = await namesOf(under);
    await synced(under);
    await followNames(database.knex, under.mirror);

    assert.deepEqual(
      [...before, ...(await namesOf(under))],
      [
        ['100', 'Acme', '7', 'Ada'],
        ['100', 'Acme', '7', 'Ada Married'],
      ],
    );
  });

  it('follow the records that they point to where that is asked for, and once', async () => {
    const { accounts, deals } = await dealsOfAccounts(database.knex);
    await loadRecords(accounts, [{ id: '100', Account_Name: 'Acme', Modified_Time: MONDAY }], { firstLoad: true });
    const named = { Account_Name: { id: '100', name: 'Before' }, Owner: null, Modified_Time: MONDAY };
    await loadRecords(deals, [{ id: '1', ...named }]);

    await followNames(database.knex, deals.mirror);
    const before = await rowsOf(deals);
    await requestNamesCheck(database.knex, deals.mirror);
    await followNames(database.knex, deals.mirror);
    const after = await rowsOf(deals);
    await database.knex.raw(`update ${deals.mirror.schema}.deals set account_name = 'by hand'`);
    await followNames(database.knex, deals.mirror);

    const names = [before, after, await rowsOf(deals)].map(([row]) => row?.['account_name']);
    assert.deepEqual(names, ['Before', 'Acme', 'by hand']);
  });

  it('are filled in from a mirror that nobody syncs any more, but not replaced', async () => {
    const { accounts, deals } = await dealsOfAccounts(database.knex);
    await synced(accounts, '3 days');
    await loadRecords(accounts, [{ id: '100', Account_Name: 'Of old', Modified_Time: MONDAY }], { firstLoad: true });
    const pointing = (id: string, name: string | null) => ({
      id,
      Account_Name: { id: '100', name },
      Owner: null,
      Modified_Time: MONDAY,
    });
    await loadRecords(deals, [pointing('1', 'Now'), pointing('2', null)]);

    const renamed = await checkNames(database.knex, deals.mirror);

    assert.equal(renamed, 1);
    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['account_name']),
      ['Now', 'Of old'],
    );
  });
});

describe('a row that differs by the name of a lookup alone', () => {
  const database = useDatabase();

  const deal = (account: string, owner: string) => ({
    id: '1',
    Account_Name: { id: '100', name: account },
    Owner: { id: '7', name: owner },
    Modified_Time: MONDAY,
  });

  it('is left alone where the name is a value of another mirror', async () => {
    const { deals } = await dealsOfAccounts(database.knex);
    await loadRecords(deals, [deal('Acme', 'Ada')]);

    const { updated } = await loadRecords(deals, [deal('Acme & Sons', 'Ada Married')], { compareValues: true });

    assert.equal(updated, 0);
  });

  it('is updated where it is not, even if its time is trusted', async () => {
    const { accounts, deals } = await dealsOfAccounts(database.knex);
    await synced(accounts, '3 days');
    await loadRecords(deals, [deal('Acme', 'Ada')]);

    const { updated } = await loadRecords(deals, [deal('Acme & Sons', 'Ada')]);

    assert.equal(updated, 1);
  });
});

import assert from 'node:assert/strict';
import { saveUsers } from '../../../src/db/connections/crm-users';
import { findDoubts } from '../../../src/db/mirror/doubtful-records';
import { learnUsers, refreshNames } from '../../../src/db/mirror/reference-names';
import { useDatabase } from '../support';
import { loadCsv, loadRecords, MODIFIED, OWNER, rowsOf, someMirror, type MirrorUnderTest } from './support';

const WHAT = { apiName: 'What_Id', dataType: 'multi_module_lookup' };
const MONDAY = '2026-11-16T09:00:00+00:00';
const TUESDAY = '2026-11-17T09:00:00+00:00';
const ALL = { users: null, records: null };

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
    await refreshNames(database.knex, under.mirror, ALL);

    assert.deepEqual([ids.sort(), learned], [['1', '3'], 1]);
    assert.deepEqual(
      (await rowsOf(under)).map((row) => row['owner']),
      ['Ada', 'Ada', null],
    );
  });

  it('follow the list of users', async () => {
    const under = await tasks();
    await loadRecords(under, [task('100', 'Acme')]);
    await saveUsers(database.knex, under.mirror.connectionId, [
      { id: '7', fullName: 'Ada Married', email: null, status: 'active' },
    ]);

    await refreshNames(database.knex, under.mirror, { users: new Date(Date.now() - 60_000), records: new Date() });

    assert.deepEqual(await namesOf(under), [['100', 'Acme', '7', 'Ada Married']]);
  });
});

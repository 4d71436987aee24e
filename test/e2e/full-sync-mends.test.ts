import assert from 'node:assert/strict';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

describe('a full sync that a person starts', function () {
  this.timeout(60_000);
  const engine = useEngine();
  let org: Org;
  beforeEach(async () => {
    org = await engine().org({ deals: 300, accounts: 60, contacts: 60 });
  });

  for (const path of ['list', 'bulk'] as const) {
    it(`by ${path} mends values, names and missing values whatever made them differ, and says what it compared`, async () => {
      await org.fullSync('Deals', { path: 'list' });
      await engine().knex.raw(`
        update ${org.table('Deals')} set stage = 'by hand', amount = 1 where id % 3 = 0;
        update ${org.table('Deals')} set description = null, owner = 'Nobody' where id % 3 = 1;
        update ${org.table('Deals')} set account_name = 'Another account', tag = null where id % 3 = 2;
      `);

      const session = await org.fullSync('Deals', { path });

      assertSame(await org.differences('Deals'));
      assert.equal((session.result as { compared?: string }).compared, 'values');
      assert.match((await org.logOf(session.id)).join('\n'), /Compared every value of 300 rows\./);
    });
  }

  it('puts back rows that were deleted in the mirror and removes those that were added there, whatever their ids and times', async () => {
    const table = org.table('Accounts');
    await org.fullSync('Accounts', { path: 'list' });
    await engine().knex.raw(`
      create temporary table added as select * from ${table} order by id limit 3;
      update added set modified_time = now() + interval '1 day' where id = (select max(id) from added);
      update added set id = case when id = (select min(id) from added) then -7 else id + 1000000 end;
      delete from ${table} where id in (select id from ${table} order by id desc limit 4);
      insert into ${table} select * from added;
      drop table added;
    `);

    const { result } = await org.fullSync('Accounts', { path: 'list' });

    assertSame(await org.differences('Accounts'));
    assert.equal((result as { deleted?: number }).deleted, 3);
  });

  it('compares times alone where it is told to', async () => {
    await org.fullSync('Accounts', { path: 'list' });
    await engine().knex.raw(`update ${org.table('Accounts')} set industry = 'by hand'`);

    const session = await org.fullSync('Accounts', { path: 'bulk', compare: 'times' });

    const result = session.result as { compared?: string; updated?: number };
    assert.deepEqual([result.compared, result.updated], ['times', 0]);
  });

  it('follows the names of the records that its lookups point to without a call of its own', async () => {
    await org.fullSync('Accounts', { path: 'list' });
    await org.fullSync('Deals', { path: 'bulk' });
    const [deal] = await engine().query<{ account: string }>(
      `select account_name_id::text as account from ${org.table('Deals')} where account_name_id is not null limit 1`,
    );
    org.zoho.changeRecords('Accounts', { update: [{ id: deal?.account ?? '', Account_Name: 'Renamed' }] });

    await org.incrementalSync('Accounts');

    assertSame(await org.differences('Deals'));
  });
});

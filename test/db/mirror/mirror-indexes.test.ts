import assert from 'node:assert/strict';
import { createMirrorIndexes } from '../../../src/db/mirror/mirror-indexes';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { useDatabase } from '../support';
import { ACCOUNT, MODIFIED, NAME, OWNER, someMirror, type MirrorUnderTest } from './support';

async function indexesOf({ knex, mirror }: MirrorUnderTest): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { name: string }[] }>(
    `select indexname as name from pg_indexes where schemaname = ? and tablename = ? order by 1`,
    [mirror.schema, mirror.table],
  );
  return rows.map(({ name }) => name);
}

describe('createMirrorIndexes', () => {
  const database = useDatabase();

  it('indexes the lookups to modules, once', async () => {
    const deals = await someMirror(database.knex, [NAME, ACCOUNT, OWNER, MODIFIED]);

    await createMirrorIndexes(database.knex, deals.mirror);
    await createMirrorIndexes(database.knex, deals.mirror);

    assert.deepEqual(await indexesOf(deals), ['deals_by_account_name_id', 'deals_pkey']);
  });

  it('indexes what else is asked for, if a value always fits into an index', async () => {
    const notes = { ...NAME, apiName: 'Description', dataType: 'textarea' };
    const deals = await someMirror(database.knex, [NAME, notes, OWNER, MODIFIED]);

    const wanted = ['Deal_Name', 'Description', 'Owner', 'Modified_Time', 'Unknown'];
    await createMirrorIndexes(database.knex, deals.mirror, wanted);

    assert.deepEqual(await indexesOf(deals), [
      'deals_by_deal_name',
      'deals_by_modified_time',
      'deals_by_owner_id',
      'deals_pkey',
    ]);
  });

  it('can run several times at the same time', async () => {
    const deals = await someMirror(database.knex, [ACCOUNT, OWNER, MODIFIED]);
    await database.knex.raw(
      `insert into ${qualifiedTable(deals.mirror)} (id, modified_time) select n, now() from generate_series(1, 20000) n`,
    );

    await Promise.all([1, 2, 3].map(() => createMirrorIndexes(database.knex, deals.mirror)));

    assert.equal((await indexesOf(deals)).length, 2);
  });

  it('indexes the column that has taken the place of another, and a renamed one no second time', async () => {
    const deals = await someMirror(database.knex, [NAME, ACCOUNT]);
    const table = qualifiedTable(deals.mirror);
    await createMirrorIndexes(database.knex, deals.mirror, ['Deal_Name']);
    await database.knex.raw(`
      alter table ${table} rename column deal_name to deal_name_before;
      alter table ${table} add column deal_name text;
      alter table ${table} rename column account_name_id to customer_id`);
    const fields = deals.mirror.fields.map((field) =>
      field.apiName === 'Account_Name' ? { ...field, apiName: 'Customer', column: 'customer_id' } : field,
    );

    await createMirrorIndexes(database.knex, { ...deals.mirror, fields }, ['Deal_Name']);

    assert.deepEqual(await indexesOf(deals), [
      'deals_by_account_name_id',
      'deals_by_deal_name',
      'deals_by_deal_name_2',
      'deals_pkey',
    ]);
  });

  it('needs nothing of a module without times and lookups', async () => {
    const notes = await someMirror(database.knex, [NAME]);

    await createMirrorIndexes(database.knex, notes.mirror);

    assert.deepEqual(await indexesOf(notes), ['deals_pkey']);
  });

  it('tells long names apart', async () => {
    const long = 'x'.repeat(70);
    const deals = await someMirror(database.knex, [
      { ...ACCOUNT, apiName: `${long}1` },
      { ...ACCOUNT, apiName: `${long}2` },
    ]);

    await createMirrorIndexes(database.knex, deals.mirror);

    assert.equal((await indexesOf(deals)).length, 3);
  });
});

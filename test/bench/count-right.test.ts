import assert from 'node:assert/strict';
import { countRight } from '../../bench/peers/count-right';
import { qualifiedTable } from '../../src/db/mirror/mirror-module';
import { loadFields, saveFields } from '../../src/db/mirror/module-fields';
import { AMOUNT, loadRecords, MODIFIED, NAME, someMirror } from '../db/mirror/support';
import { useDatabase } from '../db/support';

describe('the fields that another tool has right', () => {
  const database = useDatabase();

  it('have the same value in every row, as a text or as a number', async () => {
    const { knex } = database;
    const deals = await someMirror(knex, [NAME, AMOUNT, MODIFIED]);
    const { connectionId, key, fields } = deals.mirror;
    await saveFields(knex, connectionId, key, fields);
    const at = '2026-11-16T09:00:00Z';
    await loadRecords(deals, [
      { id: '1', Deal_Name: 'A', Amount: 1.5, Modified_Time: at },
      { id: '2', Deal_Name: 'B', Amount: null, Modified_Time: at },
    ]);
    await knex.raw(`create table public.peer (id text, deal_name text, amount text, modified_time text)`);
    await knex.raw(`insert into public.peer values ('1', 'A', '1.50', '${at}'), ('2', 'b', null, 'soon')`);

    const mirror = { table: qualifiedTable(deals.mirror), fields: await loadFields(knex, connectionId, key) };
    const columnOf = ({ apiName }: { apiName: string }) => apiName.toLowerCase();
    const counted = await countRight(knex, mirror, { schema: 'public', table: 'peer', columnOf });

    assert.deepEqual(counted, { right: 1, fields: 3 });
  });
});

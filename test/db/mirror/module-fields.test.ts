import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { loadFields, markFilled, markNotBulkReadable, saveFields } from '../../../src/db/mirror/module-fields';
import { mapFields, type MappableField } from '../../../src/domain/mirror/mirror-field';
import { someConnection, useDatabase } from '../support';
import { ACCOUNT, AMOUNT, metadata, NAME, OWNER, type SomeField } from './support';

describe('the mapping of a module', () => {
  const database = useDatabase();
  let connectionId: string;
  beforeEach(async () => {
    connectionId = (await someConnection(database.knex)).id;
  });

  const load = (knex: Knex = database.knex) => loadFields(knex, connectionId, 'Deals');
  /** Maps and stores fields as a sync does: on top of what is known. */
  async function sync(fields: readonly MappableField[]): Promise<void> {
    const known = new Map((await load()).map((field) => [field.fieldId, field]));
    await saveFields(database.knex, connectionId, 'Deals', mapFields(fields, known));
  }
  const of = (...fields: SomeField[]): MappableField[] => metadata(fields);
  const columns = async () => (await load()).map((field) => [field.apiName, field.column, field.status]);

  it('comes back as it was stored, in the order of the metadata', async () => {
    const mapped = mapFields(of(OWNER, { ...NAME, choices: ['a'] }, ACCOUNT));

    await saveFields(database.knex, connectionId, 'Deals', mapped);

    assert.deepEqual(
      await load(),
      JSON.parse(JSON.stringify(mapped.map((field) => ({ ...field, status: 'active', filled: false })))),
    );
  });

  it('belongs to one module of one connection', async () => {
    await sync(of(NAME));

    assert.deepEqual(await loadFields(database.knex, connectionId, 'Leads'), []);
  });

  it('is filled by a full sync, but for what came since or was away', async () => {
    await sync(of(NAME, OWNER));
    await markFilled(database.knex, connectionId, 'Deals', await load(), randomUUID());
    await sync(of(NAME));

    await sync(of(NAME, OWNER, AMOUNT));

    const filled = (await load()).map((field) => [field.apiName, field.filled]);
    assert.deepEqual(filled, [
      ['Deal_Name', true],
      ['Owner', false],
      ['Amount', false],
    ]);
  });

  it('is not written again while nothing changes', async () => {
    await sync(of(NAME, AMOUNT));
    const places = () =>
      database
        .knex('sync.module_fields')
        .select(database.knex.raw('ctid::text'))
        .where({ connection_id: connectionId });
    const before = await places();

    await sync(of(NAME, AMOUNT));

    assert.deepEqual(await places(), before);
  });

  it('keeps a field that is gone, marked, and takes it back with its column when it returns', async () => {
    await sync(of(NAME, AMOUNT));
    await sync(of(NAME));
    assert.deepEqual(await columns(), [
      ['Deal_Name', 'deal_name', 'active'],
      ['Amount', 'amount', 'hidden'],
    ]);

    await sync(of(NAME, AMOUNT));

    assert.deepEqual(await columns(), [
      ['Deal_Name', 'deal_name', 'active'],
      ['Amount', 'amount', 'active'],
    ]);
  });

  it('takes a field that was deleted and made anew under the same name', async () => {
    await sync(of(NAME, { ...AMOUNT, id: '900' }));

    await sync(of(NAME, { ...AMOUNT, id: '901' }));

    assert.deepEqual((await columns()).toSorted(), [
      ['Amount', 'amount', 'hidden'],
      ['Amount', 'amount_2', 'active'],
      ['Deal_Name', 'deal_name', 'active'],
    ]);
  });

  it('takes fields that swap their names', async () => {
    await sync(of(NAME, AMOUNT));

    await sync(of({ ...NAME, apiName: 'Amount' }, { ...AMOUNT, apiName: 'Deal_Name' }));

    assert.deepEqual(
      (await load()).map((field) => [field.dataType, field.column]),
      [
        ['text', 'amount'],
        ['currency', 'deal_name'],
      ],
    );
  });

  it('remembers which field bulk read refuses, once', async () => {
    await sync(of(NAME, AMOUNT));
    const mark = () => markNotBulkReadable(database.knex, connectionId, 'Deals', 'Amount', 'field');

    assert.deepEqual([await mark(), await mark()], [true, false]);

    assert.deepEqual(
      (await load()).map((field) => field.bulkReadable),
      [true, false],
    );
  });

  it('remembers that only the name of a reference is refused', async () => {
    await sync(of(ACCOUNT));
    const mark = () => markNotBulkReadable(database.knex, connectionId, 'Deals', 'Account_Name', 'name');

    assert.deepEqual([await mark(), await mark()], [true, false]);

    const [account] = await load();
    assert.deepEqual([account?.bulkReadable, account?.bulkNameReadable], [true, false]);
  });

  it('does not know a refusal of a field it does not know', async () => {
    assert.equal(await markNotBulkReadable(database.knex, connectionId, 'Deals', 'Nothing', 'field'), false);
  });
});

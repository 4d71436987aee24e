import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { qualifiedTable, type MirrorModule } from '../../../src/db/mirror/mirror-module';
import { countMirrorRows, isMirrorEmpty, prepareMirrorTable } from '../../../src/db/mirror/mirror-table';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import { mapFields } from '../../../src/domain/mirror/mirror-field';
import { someConnection, useDatabase } from '../support';
import { ACCOUNT, AMOUNT, MARGIN, metadata, MODIFIED, NAME, OWNER, type SomeField } from './support';

async function columnsOf(knex: Knex, mirror: MirrorModule): Promise<Record<string, string>> {
  const { rows } = await knex.raw<{ rows: { name: string; type: string }[] }>(
    `select column_name as name, udt_name as type from information_schema.columns
     where table_schema = ? and table_name = ? order by ordinal_position`,
    [mirror.schema, mirror.table],
  );
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
}

describe('prepareMirrorTable', () => {
  const database = useDatabase();

  async function newMirror(
    fields: readonly SomeField[] = [NAME, AMOUNT, MODIFIED],
    module = 'Deals',
  ): Promise<MirrorModule> {
    const { id, mirrorSchema } = await someConnection(database.knex);
    return {
      connectionId: id,
      ...(await identityOf(id, module)),
      module,
      schema: mirrorSchema,
      fields: mapFields(metadata(fields)),
    };
  }
  let modules = 0;
  const identityOf = async (connectionId: string, apiName: string) => {
    modules += 1;
    const { key, table } = await claimMirror(database.knex, connectionId, { id: String(modules), apiName });
    return { key, table };
  };
  const evolved = (mirror: MirrorModule, fields: readonly SomeField[]): MirrorModule => ({
    ...mirror,
    fields: mapFields(metadata(fields), new Map(mirror.fields.map((field) => [field.fieldId, field]))),
  });
  const prepare = (mirror: MirrorModule, before?: MirrorModule) =>
    prepareMirrorTable(database.knex, mirror, before?.fields);

  it('creates schema and table', async () => {
    const deals = await newMirror([NAME, AMOUNT, OWNER, MODIFIED]);

    assert.deepEqual((await prepare(deals)).pending, []);

    assert.deepEqual(await columnsOf(database.knex, deals), {
      id: 'int8',
      deal_name: 'text',
      amount: 'numeric',
      owner_id: 'int8',
      owner: 'text',
      modified_time: 'timestamptz',
      _synced_at: 'timestamptz',
    });
    assert.equal(await isMirrorEmpty(database.knex, deals), true);
    assert.equal(await countMirrorRows(database.knex, deals), 0);
  });

  it('puts first what every merge reads', async () => {
    const deals = await newMirror([NAME, AMOUNT, OWNER, MARGIN, MODIFIED]);

    await prepare(deals);

    assert.deepEqual(Object.keys(await columnsOf(database.knex, deals)).slice(0, 5), [
      'id',
      '_synced_at',
      'modified_time',
      'owner_id',
      'margin',
    ]);
  });

  it('changes nothing when it is repeated', async () => {
    const deals = await newMirror();
    await prepare(deals);
    const before = await columnsOf(database.knex, deals);

    assert.deepEqual((await prepare(deals)).pending, []);

    assert.deepEqual(await columnsOf(database.knex, deals), before);
  });

  it('adds a column for a new field', async () => {
    const deals = await newMirror([NAME]);
    await prepare(deals);

    await prepare(evolved(deals, [NAME, ACCOUNT]));

    assert.deepEqual(Object.keys(await columnsOf(database.knex, deals)), [
      'id',
      '_synced_at',
      'deal_name',
      'account_name_id',
      'account_name',
    ]);
  });

  it('keeps the column of a field that is gone', async () => {
    const deals = await newMirror();
    await prepare(deals);

    await prepare({ ...deals, fields: deals.fields.slice(0, 1) });

    assert.ok('amount' in (await columnsOf(database.knex, deals)));
  });

  it('renames the column of a renamed field, values and all', async () => {
    const deals = await newMirror([NAME, OWNER]);
    await prepare(deals);
    await database.knex.raw(
      `insert into ${qualifiedTable(deals)} (id, deal_name, owner_id, owner) values (1, 'A', 7, 'Pat')`,
    );
    const renamed = evolved(deals, [
      { ...NAME, apiName: 'Title' },
      { ...OWNER, apiName: 'Seller' },
    ]);

    await prepare(renamed, deals);

    const { rows } = await database.knex.raw<{ rows: object[] }>(
      `select title, seller_id, seller from ${qualifiedTable(deals)}`,
    );
    assert.deepEqual(rows, [{ title: 'A', seller_id: '7', seller: 'Pat' }]);
  });

  it('follows fields that take over each other’s names', async () => {
    const fields = ['Alpha', 'Beta', 'Gamma'].map((apiName) => ({ apiName, dataType: 'text' }));
    const deals = await newMirror(fields);
    await prepare(deals);
    await database.knex.raw(
      `insert into ${qualifiedTable(deals)} (id, alpha, beta, gamma) values (1, 'alpha', 'beta', 'gamma')`,
    );
    const renamed = evolved(
      deals,
      ['Beta', 'Alpha', 'Delta'].map((apiName) => ({ apiName, dataType: 'text' })),
    );

    await prepare(renamed, deals);

    const { rows } = await database.knex.raw<{ rows: object[] }>(`select * from ${qualifiedTable(deals)}`);
    const [{ _synced_at, ...row } = {}] = rows as Record<string, unknown>[];
    assert.deepEqual(row, { id: '1', beta: 'alpha', alpha: 'beta', delta: 'gamma' });
  });

  it('widens a column where no value can be lost', async () => {
    const visits = { apiName: 'Visits', dataType: 'integer' };
    const deals = await newMirror([visits]);
    await prepare(deals);
    await database.knex.raw(`insert into ${qualifiedTable(deals)} (id, visits) values (1, 42)`);

    assert.deepEqual((await prepare(evolved(deals, [{ ...visits, dataType: 'text' }]))).pending, []);

    const { rows } = await database.knex.raw<{ rows: object[] }>(`select visits from ${qualifiedTable(deals)}`);
    assert.deepEqual(rows, [{ visits: '42' }]);
  });

  it('leaves a narrower type to a person', async () => {
    const deals = await newMirror();
    await prepare(deals);

    const { pending } = await prepare(
      evolved(deals, [
        { ...NAME, dataType: 'date' },
        { ...AMOUNT, dataType: 'integer' },
      ]),
    );

    assert.deepEqual(pending, [
      { kind: 'type_other', state: 'waiting', field: 'Deal_Name', column: 'deal_name', from: 'text', to: 'date' },
      { kind: 'type_other', state: 'waiting', field: 'Amount', column: 'amount', from: 'numeric', to: 'integer' },
    ]);
    assert.equal((await columnsOf(database.knex, deals))['deal_name'], 'text');
  });

  it('lets several processes prepare one table at once', async () => {
    const deals = await newMirror();

    await Promise.all([1, 2, 3, 4].map(() => prepare(deals)));

    assert.equal(Object.keys(await columnsOf(database.knex, deals)).length, 5);
  });

  it('lets the first syncs of several modules begin at once', async () => {
    const deals = await newMirror();
    const mirrors = await Promise.all(
      ['Accounts', 'Contacts', 'Leads'].map(async (module) => ({
        ...deals,
        ...(await identityOf(deals.connectionId, module)),
        module,
      })),
    );

    await Promise.all([deals, ...mirrors].map((mirror) => prepare(mirror)));

    assert.ok(
      (await Promise.all([deals, ...mirrors].map((mirror) => isMirrorEmpty(database.knex, mirror)))).every(Boolean),
    );
  });

  it('is counted to the end, however long that takes', async () => {
    const schema = 'counted';
    await database.knex.raw(`create schema if not exists ${schema}`);
    await database.knex.raw(
      `create view ${schema}.slow as select 1 as id from generate_series(1, 3) where pg_sleep(0.1)::text is not null`,
    );

    const rows = await database.knex.transaction(async (trx) => {
      await trx.raw(`set local statement_timeout = '50ms'`);
      return countMirrorRows(trx, { schema, table: 'slow' });
    });

    assert.equal(rows, 3);
  });
});

import assert from 'node:assert/strict';
import { claimMirror, findMirrorByKey, findMirrorByName } from '../../../src/db/mirror/mirrors';
import { someConnection, useDatabase } from '../support';

describe('the mirrors of a connection', () => {
  const database = useDatabase();

  async function someModules() {
    const { id: connectionId, mirrorSchema } = await someConnection(database.knex);
    return {
      connectionId,
      schema: mirrorSchema,
      claim: (id: string, apiName: string) => claimMirror(database.knex, connectionId, { id, apiName }),
      find: (name: string) => findMirrorByName(database.knex, connectionId, name),
    };
  }

  it('give each module a table of its own, however alike the names are', async () => {
    const { claim } = await someModules();

    const mirrors = [
      await claim('1', 'Site_Visits'),
      await claim('2', 'SiteVisits'),
      await claim('3', 'SITE_VISITS'),
      await claim('4', `${'x'.repeat(60)}1`),
      await claim('5', `${'x'.repeat(60)}2`),
    ];

    assert.deepEqual(
      mirrors.map(({ table }) => table),
      ['site_visits', 'site_visits_2', 'site_visits_3', 'x'.repeat(57), `${'x'.repeat(57)}_2`],
    );
    assert.equal(new Set(mirrors.map(({ key }) => key.toLowerCase())).size, mirrors.length);
  });

  it('keep key and table of a module that is renamed', async () => {
    const { claim, find } = await someModules();
    const before = await claim('1', 'Assets');

    const after = await claim('1', 'Equipment');

    assert.deepEqual(after, { ...before, apiName: 'Equipment' });
    assert.deepEqual(await find('equipment'), after);
    assert.equal(await find('Assets'), undefined);
  });

  it('give another key and table to a module that takes an old name', async () => {
    const { claim, find, connectionId } = await someModules();
    const old = await claim('1', 'Assets');

    const other = await claim('2', 'Assets');

    assert.deepEqual(other, { moduleId: '2', key: 'Assets_2', apiName: 'Assets', table: 'assets_2', layout: 0 });
    assert.deepEqual(await find('Assets'), other);
    assert.equal((await findMirrorByKey(database.knex, connectionId, old.key))?.moduleId, '1');
    assert.equal((await claim('1', 'Equipment')).table, old.table);
  });

  it('follow modules that swap their names', async () => {
    const { claim } = await someModules();
    await claim('1', 'Assets');
    await claim('2', 'Visits');

    const swapped = [await claim('1', 'Visits'), await claim('2', 'Assets')];

    assert.deepEqual(
      swapped.map(({ key, apiName }) => [key, apiName]),
      [
        ['Assets', 'Visits'],
        ['Visits', 'Assets'],
      ],
    );
  });

  it('take over a module that was known by another case of its name only', async () => {
    const { claim, connectionId } = await someModules();
    await database.knex.raw(
      `insert into sync.mirrors (connection_id, key, api_name, table_name) values (?, 'deals', 'deals', 'deals')`,
      [connectionId],
    );

    assert.deepEqual(await claim('1', 'Deals'), {
      moduleId: '1',
      key: 'deals',
      apiName: 'Deals',
      table: 'deals',
      layout: 0,
    });
  });

  it('leave the name of an index to the index', async () => {
    const { claim, schema } = await someModules();
    await database.knex.raw(`create schema ${schema}; create table ${schema}.deals (id bigint)`);
    await database.knex.raw(`create index deals_by_owner_id on ${schema}.deals (id)`);

    assert.equal((await claim('1', 'Deals_by_Owner_Id')).table, 'deals_by_owner_id_2');
  });

  it('are the same however many processes claim them at once', async () => {
    const { claim } = await someModules();

    const claimed = await Promise.all([1, 2, 3, 4].flatMap(() => [claim('1', 'Deals'), claim('2', 'deals')]));

    assert.deepEqual(new Set(claimed.map(({ moduleId, table }) => `${moduleId} ${table}`)).size, 2);
  });
});

import assert from 'node:assert/strict';
import { countFreeConnections } from '../../../src/db/postgres/free-connections';
import { createDatabase } from '../../../src/db/postgres/knex';
import { startPooler } from '../../support/pooler';
import { useDatabase } from '../support';

describe('free connections of PostgreSQL', () => {
  const database = useDatabase();

  const limit = (connections: number) =>
    database.knex.raw(`alter database ?? connection limit ${connections}`, [new URL(database.url).pathname.slice(1)]);

  it('are what the server has, and the database allows', async () => {
    const free = await countFreeConnections(database.knex);
    const { rows } = await database.knex.raw<{ rows: [{ max: string }] }>(
      `select current_setting('max_connections') as max`,
    );
    assert.ok(free !== undefined && free > 0 && free < Number(rows[0].max), `${free} of ${rows[0].max}`);
    await limit(free - 1);

    const allowed = await countFreeConnections(database.knex);

    await limit(-1);
    assert.ok(allowed !== undefined && allowed < free, `${allowed} of ${free}`);
  });

  it('are not known behind a pooler', async () => {
    const pooler = await startPooler(database.url);
    const knex = createDatabase(pooler.url, { poolMax: 1 });
    try {
      assert.equal(await countFreeConnections(knex), undefined);
    } finally {
      await knex.destroy();
      await pooler.close();
    }
  });
});

import assert from 'node:assert/strict';
import type pg from 'pg';
import { withRawTransaction } from '../../../src/db/postgres/raw-connection';
import { useDatabase } from '../support';

describe('withRawTransaction', () => {
  const database = useDatabase();
  const table = 'public.raw_notes';
  beforeEach(() => database.knex.raw(`drop table if exists ${table}; create table ${table} (note text)`));

  const notes = async (): Promise<unknown[]> => {
    const { rows } = await database.knex.raw<{ rows: { note: string }[] }>(`select note from ${table}`);
    return rows.map((row) => row.note);
  };
  const write = (client: pg.Client, note: string) => client.query(`insert into ${table} values ($1)`, [note]);

  it('commits when the work ends well, and returns its outcome', async () => {
    const outcome = await withRawTransaction(database.knex, async (client) => (await write(client, 'kept')).rowCount);

    assert.equal(outcome, 1);
    assert.deepEqual(await notes(), ['kept']);
  });

  it('rolls back when the work fails', async () => {
    const work = withRawTransaction(database.knex, async (client) => {
      await write(client, 'lost');
      throw new Error('the work failed');
    });

    await assert.rejects(work, /the work failed/);
    assert.deepEqual(await notes(), []);
  });

  it('returns its connection after any failure', async () => {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await withRawTransaction(database.knex, (client) => client.query('select 1/0')).catch(() => undefined);
    }

    assert.deepEqual(await notes(), []);
  });

  it('leaves no setting of one transaction to the next', async () => {
    await withRawTransaction(database.knex, (client) => client.query(`set local statement_timeout = 1234`));

    const { rows } = await withRawTransaction(database.knex, (client) =>
      client.query<{ statement_timeout: string }>('show statement_timeout'),
    );
    assert.notEqual(rows[0]?.statement_timeout, '1234ms');
  });

  it('survives a server that ends the connection under it', async () => {
    const work = withRawTransaction(database.knex, (client) =>
      client.query('select pg_terminate_backend(pg_backend_pid())'),
    );

    await assert.rejects(work);
    assert.deepEqual(await notes(), []);
  });
});

import assert from 'node:assert/strict';
import pg from 'pg';
import { createDatabase } from '../../../src/db/postgres/knex';
import { migrateToLatest } from '../../../src/db/postgres/migrate';
import { startPooler } from '../../support/pooler';
import { testDatabase } from '../../support/postgres';

describe('a connection to PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  before(async () => (database = await testDatabase()));
  after(() => database.drop());

  it('reads the same values whatever the database sets', async () => {
    const settings = [
      "datestyle = 'German, DMY'",
      "timezone = 'Asia/Kolkata'",
      "bytea_output = 'escape'",
      "intervalstyle = 'sql_standard'",
      'extra_float_digits = 0',
      'standard_conforming_strings = off',
      'search_path = nowhere',
      "default_transaction_isolation = 'serializable'",
    ];
    await asOwner(...settings.map((setting) => `alter database ${nameOf(database.url)} set ${setting}`));
    const knex = createDatabase(database.url, { poolMax: 1 });
    try {
      const { rows } = await knex.raw<{ rows: Record<string, unknown>[] }>(
        String.raw`select timestamptz '2026-03-09T08:07:06.5+00:00' as time, date '2026-03-09' as date,
          '\x0102'::bytea as bytes, 0.1::float8 + 0.2::float8 as number, 'a\b' as text,
          current_setting('transaction_isolation') as isolation, '2026-03-09'::date::text as written`,
      );
      assert.deepEqual(rows[0], {
        time: new Date('2026-03-09T08:07:06.500Z'),
        date: '2026-03-09',
        bytes: Buffer.from([1, 2]),
        number: 0.30000000000000004,
        text: String.raw`a\b`,
        isolation: 'read committed',
        written: '2026-03-09',
      });
    } finally {
      await knex.destroy();
    }
  });

  it('that breaks while nobody uses it is told to whoever opened the pool', async () => {
    const warnings: string[] = [];
    const knex = createDatabase(database.url, { poolMax: 1, warn: (message) => warnings.push(message) });
    try {
      const { rows } = await knex.raw<{ rows: { pid: number }[] }>('select pg_backend_pid() as pid');
      await asOwner(`select pg_terminate_backend(${rows[0]?.pid ?? 0}, 5000)`);
      await knex.raw('select 1');
      assert.match(warnings.join(), /^Connection Error/);
    } finally {
      await knex.destroy();
    }
  });

  it('is accepted by a pooler that refuses parameters of the first message', async () => {
    const pooler = await startPooler(database.url);
    const knex = createDatabase(pooler.url, { poolMax: 1 });
    try {
      await migrateToLatest(knex);
      const { rows } = await knex.raw<{ rows: { limit: string }[] }>(
        `select current_setting('statement_timeout') as limit`,
      );
      assert.equal(rows[0]?.limit, '1min');
      assert.deepEqual(pooler.refused, []);
    } finally {
      await knex.destroy();
      await pooler.close();
    }
  });
});

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

async function asOwner(...statements: string[]): Promise<void> {
  const created = await testDatabase();
  await created.drop();
  const client = new pg.Client(Object.assign(new URL(created.url), { pathname: '/postgres' }).href);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

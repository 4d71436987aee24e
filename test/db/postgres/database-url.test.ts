import assert from 'node:assert/strict';
import { parseDatabaseUrl, UnreadableDatabaseUrl } from '../../../src/db/postgres/database-url';
import { createDatabase } from '../../../src/db/postgres/knex';

describe('parseDatabaseUrl', () => {
  for (const [url, host, database] of [
    ['postgres://pulse:secret@db.example.com:6432/crm', 'db.example.com', 'crm'],
    ['postgresql://pulse@db.example.com/crm?sslmode=require', 'db.example.com', 'crm'],
    ['postgres://pulse:secret@[::1]:5432/crm', '::1', 'crm'],
    ['postgres://pulse:my%23pass%40home@127.0.0.1/crm', '127.0.0.1', 'crm'],
    ['postgres://pulse:p@ss:w@rd@127.0.0.1/crm', '127.0.0.1', 'crm'],
    ['socket:/var/run/postgresql?db=crm', '/var/run/postgresql', 'crm'],
  ] as const) {
    it(`reads ${url}`, () => {
      assert.deepEqual(parseDatabaseUrl(url), { host, database });
    });
  }

  for (const password of ['my#pass', 'a/b', '1/b', 'what?ever', '12#3', '/', '#', '?']) {
    it(`names the variable and the percent form for the password ${password}, and does not quote it`, () => {
      assert.throws(
        () => createDatabase(`postgres://pulse:${password}zebra@127.0.0.1:5432/crm`),
        (error) => {
          assert.ok(error instanceof UnreadableDatabaseUrl);
          assert.match(error.message, /DATABASE_URL.*percent form, such as %23/);
          assert.doesNotMatch(error.message, /zebra/);
          return true;
        },
      );
    });
  }
});

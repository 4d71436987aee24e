import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Knex } from 'knex';
import { SessionPage } from '../../../src/api/sessions/schemas';
import { createApiKey } from '../../../src/db/access/api-keys';
import { migrateToLatest, pendingMigrations } from '../../../src/db/postgres/migrate';
import { NO_TEMPORAL, useApi } from '../../api/support/api';
import { tablesOf } from '../../fixtures/sql-script';
import { restoreDatabase } from '../../support/former-version';

const FIXTURES = path.join(__dirname, '../../fixtures');
const MODELS = path.join(__dirname, '../../../src/db/models');

/** Tables that a migration makes anew, with other rows: its own test says which. */
const MADE_ANEW = ['sync.quarantine'];

/** Rows by table, `schema.table`. */
type Counts = ReadonlyMap<string, number>;

for (const file of readdirSync(FIXTURES).filter((name) => name.endsWith('.sql'))) {
  describe(`the upgrade of ${file}`, function () {
    this.timeout(60_000);
    const api = useApi(() => NO_TEMPORAL);
    let mirror: string;
    let before: Counts;
    let mirrorBefore: object[];

    beforeEach(async () => {
      await restoreDatabase(api.url, path.join(FIXTURES, file));
      [mirror = ''] = await api.knex('connections').withSchema('sync').pluck<string[]>('mirror_schema');
      before = await countRows(mirror);
      mirrorBefore = await mirrorRows();

      await migrateToLatest(api.knex);
    });
    afterEach(() => api.knex.raw(`drop schema ${mirror} cascade`));

    it('leaves nothing to migrate', async () => {
      assert.deepEqual(await pendingMigrations(api.knex), []);
    });

    it('keeps the rows of every table', async () => {
      const after = await countRows(mirror);

      const kept = [...before].filter(([table]) => after.has(table) && !MADE_ANEW.includes(table));
      assert.ok(kept.every(([, rows]) => rows > 0) && kept.some(([table]) => table.startsWith(`${mirror}.`)));
      assert.deepEqual(
        kept.map(([table]) => [table, after.get(table)]),
        kept,
      );
    });

    it('keeps every value of the mirror', async () => {
      assert.deepEqual(await mirrorRows(), mirrorBefore);
    });

    it('leaves rows that the models read', async () => {
      const tables = await countRows(mirror);

      for (const model of models()) {
        const rows = await model.query(api.knex);
        assert.equal(rows.length, tables.get(model.tableName), model.tableName);
      }
    });

    it('leaves sessions that the API shows', async () => {
      const { secret } = await createApiKey(api.knex, { name: 'after the upgrade', role: 'viewer' });

      const headers = { authorization: `Bearer ${secret}` };
      const { body } = await api.call('GET', '/api/v1/sessions', { as: null, headers });

      const { sessions } = SessionPage.parse(body);
      assert.equal(sessions.length, before.get('sync.crm_sync_sessions'));
      assert.deepEqual(new Set(sessions.map(({ status }) => status)), new Set(['completed']));
    });

    async function countRows(mirrorSchema: string): Promise<Counts> {
      const counts = new Map<string, number>();
      for (const schema of ['sync', mirrorSchema]) {
        for (const table of await tablesOf(api.knex, schema)) {
          const [row] = await api.knex(table).withSchema(schema).count({ rows: '*' });
          counts.set(`${schema}.${table}`, Number(row?.rows));
        }
      }
      return counts;
    }

    async function mirrorRows(): Promise<object[]> {
      const [table = ''] = await tablesOf(api.knex, mirror);
      const answer = await api.knex.raw<{ rows: object[] }>('select * from ?? order by id', [`${mirror}.${table}`]);
      return answer.rows;
    }
  });
}

interface ModelClass {
  readonly tableName: string;
  query(knex: Knex): PromiseLike<unknown[]>;
}

function models(): ModelClass[] {
  const load = createRequire(__filename);
  const files = readdirSync(MODELS).filter((name) => name !== 'base-model.ts');
  return files
    .flatMap((name) => Object.values(load(path.join(MODELS, name)) as Record<string, unknown>))
    .filter((exported): exported is ModelClass => typeof (exported as Partial<ModelClass>).tableName === 'string');
}

import assert from 'node:assert/strict';
import type { ReadPath } from '../../src/domain/runs/enums';
import { assertSame } from '../support/compare';
import { plainText } from '../support/exact-json';
import { exportedRecords, sumOfMoney } from '../support/exported-records';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

const MODULES = ['Accounts', 'Contacts', 'Deals', 'Leads'];

describe('a full sync', function () {
  this.timeout(60_000);
  const engine = useEngine();

  for (const path of ['list', 'bulk'] satisfies ReadPath[]) {
    describe(`by ${path}`, () => {
      let org: Org;
      before(async () => {
        org = await engine().org({ deals: 700 });
      });

      for (const module of MODULES) {
        it(`loads every field of every row of ${module} into an empty mirror`, async () => {
          const { result, readPath } = await org.fullSync(module, { path });

          const rows = org.zoho.simulation.records.find(module)?.store.liveCount;
          assert.equal(readPath, path);
          assert.deepEqual(pick(result, 'created', 'updated', 'failed', 'zohoRows', 'mirrorRows'), [
            rows,
            0,
            0,
            rows,
            rows,
          ]);
          assertSame(await org.differences(module));
        });
      }

      it('changes nothing and rewrites no row when nothing has changed', async () => {
        const before = await rowVersions(org, 'Deals');

        const { result } = await org.fullSync('Deals', { path });

        assert.deepEqual(pick(result, 'created', 'updated', 'deleted', 'unchanged'), [0, 0, 0, 700]);
        assert.equal(await rowVersions(org, 'Deals'), before);
      });

      it('adds up to the cent', async () => {
        const [sum] = await engine().query<{ amount: string }>(
          `select sum(amount)::text as amount from ${org.table('Deals')}`,
        );

        assert.equal(sum?.amount, await sumOfMoney(org.simulator, 'Deals', 'Amount'));
      });

      it('brings inserts, updates and deletes that were made since the last run', async () => {
        const { inserted, deleted } = org.zoho.changeRecords('Contacts', {
          insert: { count: 12 },
          update: { count: 25, values: { Department: 'Renamed "since", twice', Date_of_Birth: null } },
          delete: { count: 8 },
        });

        const { result } = await org.fullSync('Contacts', { path });

        assert.deepEqual(pick(result, 'created', 'deleted'), [inserted.length, deleted.length]);
        assertSame(await org.differences('Contacts'));
      });
    });
  }

  it('converts times from the zone of any organization', async () => {
    const org = await engine().org({ deals: 60, timeZone: 'Asia/Kathmandu' });

    await org.fullSync('Deals', { path: 'bulk' });

    const { value: first } = await exportedRecords(org.simulator, 'Deals').next();
    assert.match(plainText(first?.['Modified_Time']), /\+05:45$/);
    assertSame(await org.differences('Deals'));
  });

  it('keeps nothing as SQL null, never as JSON null or an empty text', async () => {
    const org = await engine().org({ deals: 60 });
    const { inserted } = org.zoho.changeRecords('Deals', { insert: [{ Deal_Name: 'bare', Stage: 'Qualification' }] });

    await org.fullSync('Deals', { path: 'list' });

    const [{ nulls } = {}] = await engine().query<{ nulls: number }>(
      `select num_nulls(amount, closing_date, account_name, account_name_id, products_interested, tag, description,
         next_review_time) as nulls from ${org.table('Deals')} where id = ?`,
      [inserted[0] ?? ''],
    );
    assert.equal(nulls, 8);
  });

  it('leaves a primary key, and indexes on every lookup to a module', async () => {
    const org = await engine().org({ deals: 60 });

    await org.fullSync('Deals', { path: 'bulk' });

    const indexes = await engine().query<{ columns: string; primary: boolean }>(
      `select indisprimary as primary,
         array_to_string(array(select a.attname from unnest(indkey) with ordinality k (attnum, place)
           join pg_attribute a on a.attrelid = indrelid and a.attnum = k.attnum order by place), ',') as columns
       from pg_index where indrelid = '${org.table('Deals')}'::regclass and indisvalid order by columns`,
    );
    assert.deepEqual(indexes, [
      { columns: 'account_name_id', primary: false },
      { columns: 'contact_name_id', primary: false },
      { columns: 'id', primary: true },
      { columns: 'partner_account_id', primary: false },
    ]);
  });

  it('would not be called right if a cent, a second, a letter, a null or a row were wrong', async () => {
    const org = await engine().org({ deals: 40, timeZone: 'Europe/Berlin' });
    await org.fullSync('Deals', { path: 'list' });
    const ids = await engine().query<{ id: string }>(`select id from ${org.table('Deals')} order by id limit 6`);
    const [cent = '', second = '', letter = '', json = '', missing = '', extra = ''] = ids.map(({ id }) => id);
    await engine().knex.raw(`
      update ${org.table('Deals')} set amount = coalesce(amount, 0) + 0.01 where id = ${cent};
      update ${org.table('Deals')} set modified_time = modified_time + interval '1 second' where id = ${second};
      update ${org.table('Deals')} set deal_name = deal_name || ' ' where id = ${letter};
      update ${org.table('Deals')} set tag = 'null' where id = ${json};
      delete from ${org.table('Deals')} where id = ${missing};
      insert into ${org.table('Deals')} (id) values (${extra} + 1);
    `);

    const differences = await org.differences('Deals');

    assert.deepEqual(
      differences.map((line) => line.replace(/: .*/, '')),
      [
        `${cent}.amount`,
        `${second}.modified_time`,
        `${letter}.deal_name`,
        `${json}.tag`,
        missing,
        `${BigInt(extra) + 1n}`,
      ],
    );
  });

  /** Changes if any row was written again, even with the same values. */
  async function rowVersions(org: Org, module: string): Promise<string | undefined> {
    const [row] = await engine().query<{ versions: string }>(
      `select md5(string_agg(concat_ws(' ', id, ctid, xmin), ',' order by id)) as versions from ${org.table(module)}`,
    );
    return row?.versions;
  }
});

function pick(result: object | null, ...keys: string[]): unknown[] {
  return keys.map((key) => (result as Record<string, unknown> | null)?.[key]);
}

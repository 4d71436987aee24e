import assert from 'node:assert/strict';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

const HOUR_MS = 3_600_000;

describe('a full sync is only completed when the mirror is right', function () {
  this.timeout(60_000);
  const engine = useEngine();
  let org: Org;
  beforeEach(async () => {
    org = await engine().org({ accounts: 150 });
  });

  it('fails when rows are missing whatever it does to repair them', async () => {
    await org.fullSync('Accounts');
    await engine().knex.raw(`
      create function "${org.schema}".lose() returns trigger language plpgsql as $$ begin return null; end $$;
      create trigger lose before insert on ${org.table('Accounts')}
        for each row when (new.account_name = 'lost on its way') execute function "${org.schema}".lose();
    `);
    org.zoho.changeRecords('Accounts', { insert: [{ Account_Name: 'lost on its way' }] });

    const session = await org.waitFor(await org.startFullSync('Accounts'), 'failed');

    assert.match(
      session.errorMessage ?? '',
      /^1 record of Accounts differs .*could not be repaired: rows are missing\./,
    );
    assert.equal(await watermarkOf(session.id), 0, 'the watermark must not move');
  });

  it('reads once more when the counts differ, and completes when that settles it', async () => {
    const download = org.zoho.addFault({ kind: 'latency', operation: 'downloadBulkRead', delayMs: 500 });
    const sessionId = await org.startFullSync('Accounts', { path: 'bulk' });
    await org.until(sessionId, 'fetches its export', () => download.struck > 0);
    // A record that neither the export nor the changes since then can show: restored from the past, as it were.
    org.zoho.moveClock({ advance: -HOUR_MS });
    org.zoho.changeRecords('Accounts', { insert: { count: 2 } });
    org.zoho.moveClock({ reset: true });

    const session = await org.waitFor(sessionId, 'completed');

    assert.match(
      (await org.logOf(sessionId)).join('\n'),
      /WARNING Zoho counts 152 rows of Accounts, the mirror has 150\..* The module is read once more\./,
    );
    assert.equal((session.result as { mirrorRows?: number }).mirrorRows, 152);
    assertSame(await org.differences('Accounts'));
  });

  for (const path of ['list', 'bulk'] as const) {
    it(`sets a row aside whose value does not fit its column, by ${path}, and loads the others`, async () => {
      const { inserted } = org.zoho.changeRecords('Accounts', {
        insert: [{ Account_Name: 'Misfit', Annual_Revenue: 'about a million', Employees: '12' }],
      });
      const [misfit = ''] = inserted;

      const { id, result } = await org.fullSync('Accounts', { path });

      assert.equal((result as { failed?: number }).failed, 1);
      assert.deepEqual(await quarantineOf(id), [{ record: misfit, field: 'annual_revenue' }]);
      assert.deepEqual(await org.differences('Accounts'), [`${misfit}: not in the mirror`]);

      org.zoho.changeRecords('Accounts', { update: [{ id: misfit, Annual_Revenue: 1_000_000.5 }] });
      await org.fullSync('Accounts', { path });

      assertSame(await org.differences('Accounts'));
    });

    it(`keeps the last good values of a row that no longer fits, by ${path}, and says so`, async () => {
      await org.fullSync('Accounts', { path });
      const { updated } = org.zoho.changeRecords('Accounts', { update: { count: 1, values: { Employees: 'many' } } });

      const { id, result } = await org.fullSync('Accounts', { path });

      assert.equal((result as { failed?: number }).failed, 1);
      assert.deepEqual(await quarantineOf(id), [{ record: updated[0], field: 'employees' }]);
    });
  }

  it('keeps the data of a field that was renamed in Zoho', async () => {
    await org.fullSync('Accounts', { path: 'bulk' });
    // The state after a run in which Zoho called the field "Sector".
    await engine().knex.raw(`
      alter table ${org.table('Accounts')} rename column industry to sector;
      update sync.module_fields set api_name = 'Sector', column_name = 'sector',
        definition = definition || '{"apiName": "Sector", "column": "sector"}'
      where connection_id = '${org.connectionId}' and module_name = 'Accounts' and api_name = 'Industry';
    `);

    const { result } = await org.fullSync('Accounts', { path: 'bulk' });

    assert.equal((result as { updated?: number }).updated, 0);
    assertSame(await org.differences('Accounts'));
  });

  async function quarantineOf(sessionId: string): Promise<{ record: string; field: string }[]> {
    return engine().query(
      `select distinct record_id::text as record, field from sync.quarantine where session_id = ? and status = 'open'`,
      [sessionId],
    );
  }

  async function watermarkOf(sessionId: string): Promise<number> {
    const rows = await engine().query('select from sync.watermarks where session_id = ?', [sessionId]);
    return rows.length;
  }
});

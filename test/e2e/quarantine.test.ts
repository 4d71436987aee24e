import assert from 'node:assert/strict';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

const HOUR_MS = 3_600_000;

describe('records in quarantine', function () {
  this.timeout(120_000);
  const engine = useEngine();
  let org: Org;
  beforeEach(async () => {
    org = await engine().org({ accounts: 450 });
  });

  /** A record whose amount does not fit, older than the overlap of the changes. */
  function insertMisfit(): string {
    org.zoho.moveClock({ advance: -HOUR_MS });
    const { inserted } = org.zoho.changeRecords('Accounts', {
      insert: [{ Account_Name: 'Misfit', Annual_Revenue: 'about a million' }],
    });
    org.zoho.moveClock({ reset: true });
    return inserted[0] ?? '';
  }
  const entries = (status = 'open') =>
    engine().query<{ id: string; closed_by: string | null }>(
      `select record_id::text as id, closed_by from sync.quarantine where connection_id = ? and status = ?`,
      [org.connectionId, status],
    );
  const due = () => engine().query(`update sync.quarantine set next_retry_at = now() - interval '1 second'`);
  const logOf = async (id: string) => (await org.logOf(id)).join('\n');

  for (const path of ['list', 'bulk'] as const) {
    it(`leave six incremental syncs green after a full one by ${path}`, async () => {
      insertMisfit();
      await org.fullSync('Accounts', { path });
      for (let sync = 1; sync <= 6; sync += 1) {
        org.zoho.changeRecords('Accounts', { update: { count: 5, values: { Industry: `CHANGED ${sync}` } } });

        const { result } = await org.incrementalSync('Accounts');

        assert.equal((result as { failed?: number }).failed, 1);
      }
      assert.equal((await entries()).length, 1);
    });
  }

  it('are closed by an incremental sync when they were repaired in Zoho', async () => {
    const id = insertMisfit();
    await org.fullSync('Accounts');
    org.zoho.changeRecords('Accounts', { update: [{ id, Annual_Revenue: 1_000_000 }] });

    await org.incrementalSync('Accounts');

    assertSame(await org.differences('Accounts'));
    assert.deepEqual([await entries(), await entries('closed')], [[], [{ id, closed_by: 'merge' }]]);
  });

  it('are asked for again when they are due, and closed if they fit by now', async () => {
    const id = insertMisfit();
    await org.fullSync('Accounts');
    // Repaired without a time of its own, so that no list of changes shows it.
    org.zoho.moveClock({ advance: -HOUR_MS });
    org.zoho.changeRecords('Accounts', { update: [{ id, Annual_Revenue: 1_000_000 }] });
    org.zoho.moveClock({ reset: true });
    await due();

    const session = await org.incrementalSync('Accounts');

    assert.match(await logOf(session.id), /1 record in quarantine was asked for again; Zoho still has 1 of them/);
    assertSame(await org.differences('Accounts'));
    assert.deepEqual(await entries(), []);
  });

  it('are closed when Zoho deletes them', async () => {
    const id = insertMisfit();
    await org.fullSync('Accounts');
    org.zoho.changeRecords('Accounts', { delete: [id] });

    await org.incrementalSync('Accounts');

    assert.deepEqual(await entries('closed'), [{ id, closed_by: 'delete' }]);
    assertSame(await org.differences('Accounts'));
  });

  it('are not taken for rows that Zoho no longer returns', async () => {
    await org.fullSync('Accounts');
    org.zoho.changeRecords('Accounts', { update: { count: 60, values: { Employees: 'many' } } });

    const { id, result } = await org.fullSync('Accounts');

    const { failed, mirrorRows } = result as { failed?: number; mirrorRows?: number };
    assert.deepEqual([failed, mirrorRows], [60, 450]);
    assert.match(await logOf(id), /60 records do not fit \(employees: 60\): 60 keep their last good values/);
  });

  it('end a sync as failed when most of the module is among them, and name the field', async () => {
    org.zoho.changeRecords('Accounts', { update: { count: 450, values: { Employees: 'many' } } });

    const session = await org.waitFor(await org.startFullSync('Accounts'), 'failed');

    assert.match(
      session.errorMessage ?? '',
      /450 of 450 records of Accounts do not fit \(employees: 450\); the mirror has 0 rows/,
    );
  });
});

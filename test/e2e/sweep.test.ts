import assert from 'node:assert/strict';
import { decide, waitingApproval } from '../support/approvals';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

const HOUR_MS = 3_600_000;

describe('rows that have vanished from Zoho', function () {
  this.timeout(60_000);
  const engine = useEngine();
  let org: Org;
  beforeEach(async () => {
    org = await engine().org({ contacts: 300 });
    await org.fullSync('Contacts');
  });

  async function tombstones(): Promise<Record<string, number>> {
    const rows = await engine().query<{ reason: string; count: string }>(
      `select reason, count(*) as count from sync.tombstones
       where connection_id = ? and module_name = 'Contacts' and row_data ->> 'last_name' is not null group by reason`,
      [org.connectionId],
    );
    return Object.fromEntries(rows.map(({ reason, count }) => [reason, Number(count)]));
  }

  /** Deletes that Zoho's feed no longer shows: they happened before the time anybody asks about. */
  function deleteUnseen(count: number): void {
    org.zoho.moveClock({ advance: -HOUR_MS });
    org.zoho.changeRecords('Contacts', { delete: { count } });
    org.zoho.moveClock({ reset: true });
  }

  for (const path of ['list', 'bulk'] as const) {
    it(`move whole to their tombstones, with how they went, by ${path}`, async () => {
      org.zoho.changeRecords('Contacts', { delete: { count: 7 } });
      org.zoho.changeRecords('Contacts', { delete: { count: 5 }, deletionType: 'permanent' });
      deleteUnseen(3);

      const { id, result } = await org.fullSync('Contacts', { path });

      assert.equal((result as { deleted?: number }).deleted, 15);
      assert.deepEqual(await tombstones(), { recycle: 7, permanent: 5, vanished: 3 });
      assert.equal(await org.countOf('record_sync_statuses', id), 15);
      assertSame(await org.differences('Contacts'));
    });
  }

  it('leave also where Zoho dated their last change ahead of its clock', async () => {
    org.zoho.moveClock({ advance: 24 * HOUR_MS });
    org.zoho.changeRecords('Contacts', { update: { count: 4, values: { Department: 'changed' } } });
    org.zoho.moveClock({ reset: true });
    await org.fullSync('Contacts');
    const ahead = await engine().query<{ id: string }>(
      `select id::text as id from ${org.table('Contacts')} where modified_time > now() + interval '1 hour'`,
    );
    assert.equal(ahead.length, 4);
    org.zoho.changeRecords('Contacts', { delete: ahead.map(({ id }) => id) });

    await org.fullSync('Contacts');

    assertSame(await org.differences('Contacts'));
  });

  it('stay when they are many, the session completes with a warning, and a person is asked', async () => {
    deleteUnseen(120);

    const { id } = await org.fullSync('Contacts');
    const asked = await waitingApproval(org, 'Contacts');
    await org.incrementalSync('Contacts');

    assert.deepEqual([asked?.shown.count, asked?.shown.rows, asked?.shown.percent], [120, 300, 40]);
    assert.match(
      (await org.logOf(id)).join('\n'),
      /WARNING .*120 rows that Zoho no longer has stay until somebody decides/,
    );
    assert.equal(await mirrorRows(), 300);
    assert.deepEqual(await tombstones(), {});
  });

  it('leave once their removal is approved, and nothing that nobody was shown', async () => {
    org.zoho.changeRecords('Contacts', { delete: { count: 60 } });
    deleteUnseen(60);
    await org.fullSync('Contacts');
    const { deleted: later } = org.zoho.changeRecords('Contacts', { delete: { count: 7 } });

    const { state, removed } = await decide(org, 'Contacts', 'approve');

    assert.deepEqual([state, removed], ['applied', 120]);
    assert.equal(await mirrorRows(), 180);
    const left = await engine().query<{ id: string }>(
      `select id::text as id from ${org.table('Contacts')} where id = any(string_to_array(?, ',')::bigint[])`,
      [later.join()],
    );
    assert.equal(left.length, 7);
    await org.incrementalSync('Contacts');
    assertSame(await org.differences('Contacts'));
  });

  it('stay for good when their removal is turned down, and are not shown again', async () => {
    deleteUnseen(120);
    await org.fullSync('Contacts');

    await decide(org, 'Contacts', 'reject');
    await org.fullSync('Contacts');

    assert.equal(await mirrorRows(), 300);
    assert.equal(await waitingApproval(org, 'Contacts'), undefined);
  });

  it('are no longer asked about when Zoho has them again', async () => {
    const { deleted } = org.zoho.changeRecords('Contacts', { delete: { count: 90 } });
    await org.fullSync('Contacts');
    org.zoho.moveClock({ advance: 60_000 });
    org.zoho.changeRecords('Contacts', { restore: deleted });
    await org.hoursLater('Contacts');

    await org.incrementalSync('Contacts');

    assert.equal(await waitingApproval(org, 'Contacts'), undefined);
    assertSame(await org.differences('Contacts'));
  });

  it('leave unasked when the request allows it', async () => {
    deleteUnseen(120);

    await org.fullSync('Contacts', { allowMassDelete: true });

    assertSame(await org.differences('Contacts'));
  });

  it('are never more than what is left of a module that can no longer be read', async () => {
    org.zoho.addFault({ kind: 'error', status: 403, module: 'Contacts', operation: 'listRecords' });

    const sessionId = await org.startFullSync('Contacts', { path: 'list' });
    await org.until(sessionId, 'has been refused', () => org.calls('listRecords') > 4);

    assert.equal(await mirrorRows(), 300);
    await org.cancel('Contacts');
    await org.waitFor(sessionId, 'cancelled');
  });

  async function mirrorRows(): Promise<number> {
    const [row] = await engine().query<{ count: string }>(`select count(*) as count from ${org.table('Contacts')}`);
    return Number(row?.count);
  }
});

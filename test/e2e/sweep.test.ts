import assert from 'node:assert/strict';
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

  it('stop the run for an approval when they are many, and nothing is removed meanwhile', async () => {
    deleteUnseen(120);

    const sessionId = await org.startFullSync('Contacts');
    const { pauseReason } = await org.waitFor(sessionId, 'paused');

    assert.match(pauseReason ?? '', /no longer returns 120 of the 300 rows in the mirror of Contacts/);
    assert.equal(await mirrorRows(), 300);
    await org.cancel('Contacts');
    await org.waitFor(sessionId, 'cancelled');
  });

  it('leave once the sweep is approved', async () => {
    org.zoho.changeRecords('Contacts', { delete: { count: 60 } });
    deleteUnseen(60);
    const sessionId = await org.startFullSync('Contacts');
    await org.waitFor(sessionId, 'paused');

    const tookEffect = await org.approveSweep('Contacts');
    await org.waitFor(sessionId, 'completed');

    assert.equal(tookEffect, true);
    assertSame(await org.differences('Contacts'));
    assert.match((await org.logOf(sessionId)).join('\n'), /The sweep was approved by tester/);
  });

  it('stay when the run that stopped for them is cancelled', async () => {
    deleteUnseen(120);
    const sessionId = await org.startFullSync('Contacts');
    await org.waitFor(sessionId, 'paused');

    await org.cancel('Contacts');
    await org.waitFor(sessionId, 'cancelled');

    assert.equal(await mirrorRows(), 300);
    assert.deepEqual(await tombstones(), {});
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

import assert from 'node:assert/strict';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { moveToTombstones } from '../../../src/db/mirror/sweep';
import { useDatabase } from '../support';
import { dealsOfAccounts } from './names/support';
import { loadRecords, type MirrorUnderTest } from './support';

const MODIFIED_AT = '2026-11-16T09:00:00+00:00';
const READ_AT = new Date('2026-11-20T09:59:00Z');
const DELETED_AT = '2026-11-20T10:00:00Z';

describe('rows whose lookup points to a record that has left', () => {
  const database = useDatabase();

  async function remove(accounts: MirrorUnderTest, ids: readonly string[]): Promise<void> {
    const { knex, mirror, sessionId } = accounts;
    const deleted = ids.map((id) => ({ id, deletedAt: DELETED_AT, reason: 'recycle' as const }));
    await moveToTombstones(knex, mirror, sessionId, 1, deleted);
  }

  async function noted({ mirror }: MirrorUnderTest): Promise<string[]> {
    const { rows } = await database.knex.raw<{ rows: { id: string }[] }>(
      `select record_id as id from sync.doubtful_records where connection_id = ? and module_name = ? order by record_id`,
      [mirror.connectionId, mirror.key],
    );
    return rows.map(({ id }) => id);
  }

  async function areValuesWanted({ mirror }: MirrorUnderTest): Promise<boolean> {
    const { rows } = await database.knex.raw<{ rows: { wanted: boolean }[] }>(
      `select values_wanted_at is not null as wanted from sync.mirrors where connection_id = ? and key = ?`,
      [mirror.connectionId, mirror.key],
    );
    return rows[0]?.wanted ?? false;
  }

  /** Deals of two accounts, the first of which has so many. */
  async function accountsWith(deals: number): Promise<{ accounts: MirrorUnderTest; deals: MirrorUnderTest }> {
    const both = await dealsOfAccounts(database.knex);
    const account = (id: string) => ({ id, Account_Name: id, Modified_Time: MODIFIED_AT });
    await loadRecords(both.accounts, [account('100'), account('200')], { asOf: READ_AT });
    await database.knex.raw(
      `insert into ${qualifiedTable(both.deals.mirror)} (id, account_name_id, _synced_at)
       select n, case when n <= ? then 100 else 200 end, now() from generate_series(1, ?) as n`,
      [deals, deals + 1],
    );
    return both;
  }

  it('are asked for by the next session of their module, once', async () => {
    const { accounts, deals } = await accountsWith(2);

    await remove(accounts, ['100']);
    const first = await noted(deals);
    await database.knex.raw('delete from sync.doubtful_records');
    await remove(accounts, ['100']);

    assert.deepEqual([first, await noted(deals), await areValuesWanted(deals)], [['1', '2'], [], false]);
  });

  it('are compared by the next night where they are more than a session asks for', async () => {
    const { accounts, deals } = await accountsWith(2_001);

    await remove(accounts, ['100', '200']);

    assert.deepEqual([(await noted(deals)).length, await areValuesWanted(deals)], [2_000, true]);
  });
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { forgetOldValues } from '../../../src/db/maintenance/retention';
import { someConnection, someSession, useDatabase } from '../support';

const RETENTION = {
  sentDays: 30,
  deletedDays: 90,
  logDays: 180,
  historyDays: 400,
  fenceDays: 400,
  runDays: 0,
  ledgerDays: 0,
};
const CANARY = 'CANARY-4711';

describe('values that came of age', () => {
  const database = useDatabase();

  /** Everything the engine keeps that holds a value, as old as this. */
  async function someValues(days: number): Promise<void> {
    const { knex } = database;
    const { id: connectionId } = await someConnection(knex);
    const { id: sessionId } = await someSession(knex, { connectionId });
    const at = new Date(Date.now() - days * 86_400_000);
    const operation = randomUUID();
    const value = JSON.stringify({ Last_Name: CANARY });
    await knex.raw(
      `insert into sync.bulk_operations (id, connection_id, kind, module_names, request, workflow_id, initiated_by,
         request_hash, status, completed_at)
       values (?, ?, 'mass_update', '{Deals}', jsonb_build_object('module', 'Deals', 'values', ?::jsonb), 'w', 'test', 'h',
         'completed', ?)`,
      [operation, connectionId, value, at],
    );
    for (const position of [1, 2, 3]) {
      await knex.raw(
        `insert into sync.bulk_operation_items (operation_id, position, action, module_name, record, status)
         values (?, ?, 'update', 'Deals', ?::jsonb, 'updated')`,
        [operation, position, value],
      );
    }
    await knex.raw(
      `insert into sync.quarantine (connection_id, module_name, record_id, status, field, reason, fields, raw_data, read_at,
         closed_at, closed_by)
       values (?, 'Deals', 1, 'closed', 'Amount', 'r', '[]', ?::jsonb, ?, ?, 'merge')`,
      [connectionId, value, at, at],
    );
    await knex.raw(
      `insert into sync.tombstones (connection_id, module_name, record_id, deleted_at, reason, row_data, created_at)
       values (?, 'Deals', 1, ?, 'deleted', ?::jsonb, ?)`,
      [connectionId, at, value, at],
    );
    await knex.raw(
      `insert into sync.record_sync_statuses (connection_id, session_id, sequence, position, module_name, action_taken,
         before_data, processed_at)
       values (?, ?, 1, 1, 'Deals', 'deleted', ?::jsonb, ?)`,
      [connectionId, sessionId, value, at],
    );
    await knex.raw(
      `insert into sync.sync_status_logs (connection_id, session_id, sequence, position, log_level, component, message,
         timestamp)
       values (?, ?, 1, 1, 'INFO', 'test', ?, ?)`,
      [connectionId, sessionId, CANARY, at],
    );
  }
  /** The tables that hold the canary still. */
  async function holding(): Promise<string[]> {
    const tables = await database.knex.raw<{ rows: { name: string }[] }>(
      `select table_name as name from information_schema.tables where table_schema = 'sync' and table_type = 'BASE TABLE'`,
    );
    const found: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await database.knex.raw<{ rows: object[] }>(
        `select from sync.?? as t where to_jsonb(t)::text like ? limit 1`,
        [name, `%${CANARY}%`],
      );
      if (rows.length > 0) found.push(name);
    }
    return found.sort();
  }
  const forgetAll = async (retention = RETENTION, now = new Date()): Promise<void> => {
    while ((await forgetOldValues(database.knex, retention, now, 2)).isMoreLeft);
    await forgetOldValues(database.knex, retention, now, 2);
  };
  beforeEach(async () => {
    await database.knex.raw(
      'truncate sync.bulk_operations, sync.quarantine, sync.tombstones, sync.record_sync_statuses, sync.sync_status_logs cascade',
    );
  });

  it('are gone from every table, in batches, while outcomes and tombstones stay', async () => {
    await someValues(200);

    await forgetAll();

    assert.deepEqual(await holding(), []);
    const { rows } = await database.knex.raw<{ rows: object[] }>(
      `select (select count(*)::int from sync.tombstones) as tombstones,
         (select count(*)::int from sync.bulk_operation_items where status = 'updated') as outcomes`,
    );
    assert.deepEqual(rows, [{ tombstones: 1, outcomes: 3 }]);
  });

  it('stay while they are younger', async () => {
    await someValues(20);

    await forgetAll();

    assert.equal((await holding()).length, 6);
  });

  it('stay for ever where the age is 0', async () => {
    await someValues(2_000);

    await forgetAll({
      sentDays: 0,
      deletedDays: 0,
      logDays: 0,
      historyDays: 0,
      fenceDays: 0,
      runDays: 0,
      ledgerDays: 0,
    });

    assert.equal((await holding()).length, 6);
  });

  it('end with the tombstones themselves, but for those of deletes that Zoho does not know of', async () => {
    await someValues(10);
    const { id: connectionId } = await someConnection(database.knex);
    await database.knex.raw(
      `insert into sync.tombstones (connection_id, module_name, record_id, deleted_at, reason)
       values (?, 'Deals', 2, 'infinity', 'local')`,
      [connectionId],
    );
    const left = async (): Promise<string[]> => {
      const { rows } = await database.knex.raw<{ rows: { id: string }[] }>(
        'select record_id as id from sync.tombstones order by record_id',
      );
      return rows.map(({ id }) => id);
    };
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

    await forgetAll(RETENTION, inDays(389));
    const before = await left();
    await forgetAll(RETENTION, inDays(391));

    assert.deepEqual([before, await left()], [['1', '2'], ['2']]);
  });

  it('take closed alerts with them, and no open one', async () => {
    const { id: connectionId } = await someConnection(database.knex);
    for (const closedAt of [new Date(), null]) {
      await database.knex.raw(
        `insert into sync.alerts (connection_id, kind, severity, message, opened_at, closed_at)
         values (?, 'test', 'info', 'a message', now(), ?)`,
        [connectionId, closedAt],
      );
    }

    await forgetAll(RETENTION, new Date(Date.now() + 401 * 86_400_000));

    const { rows } = await database.knex.raw<{ rows: object[] }>(
      'select closed_at from sync.alerts where connection_id = ?',
      [connectionId],
    );
    assert.deepEqual(rows, [{ closed_at: null }]);
  });

  it('that somebody else holds are left to the next time, and the others go', async () => {
    await someValues(200);

    await database.knex.transaction(async (trx) => {
      await trx.raw('lock table sync.tombstones in access exclusive mode');
      const { forgotten } = await forgetOldValues(database.knex, RETENTION, new Date());

      assert.deepEqual([forgotten['deletedRows'], forgotten['recordStatuses']], [undefined, 1]);
    });
    await forgetAll();

    assert.deepEqual(await holding(), []);
  });

  it('of work that has not ended are not touched, however old it is', async () => {
    await someValues(200);
    await database.knex.raw(`update sync.bulk_operations set status = 'paused', completed_at = null`);
    await database.knex.raw(`update sync.quarantine set status = 'open', closed_at = null, closed_by = null`);

    await forgetAll();

    assert.deepEqual(await holding(), ['bulk_operation_items', 'bulk_operations', 'quarantine']);
  });
});

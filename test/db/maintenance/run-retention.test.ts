import assert from 'node:assert/strict';
import { uuidv7 } from 'uuidv7';
import { forgetOldValues } from '../../../src/db/maintenance/retention';
import { claimMirror } from '../../../src/db/mirror/mirrors';
import { someConnection, useDatabase } from '../support';

const DAY_MS = 86_400_000;
const NOW = new Date('2027-11-01T12:00:00Z');
const RETENTION = {
  sentDays: 0,
  deletedDays: 0,
  logDays: 180,
  historyDays: 0,
  fenceDays: 0,
  runDays: 400,
  ledgerDays: 90,
};

describe('runs that came of age', () => {
  const database = useDatabase();
  let connectionId: string;
  beforeEach(async () => {
    ({ id: connectionId } = await someConnection(database.knex));
  });

  const at = (days: number) => new Date(NOW.getTime() - days * DAY_MS);
  const forget = (retention = RETENTION) => forgetOldValues(database.knex, retention, NOW);

  /** A session that ended so many days ago. */
  async function ended(
    days: number,
    { type = 'incremental_sync', status = 'completed', successful = 0, result = {}, module = 'Deals' } = {},
  ): Promise<string> {
    const id = uuidv7();
    await database.knex.raw(
      `insert into sync.crm_sync_sessions (id, connection_id, session_type, module_name, initiated_by, status,
         successful_records, result, started_at, completed_at)
       values (?, ?, ?, ?, 'test', ?, ?, ?::jsonb, ?, ?)`,
      [id, connectionId, type, module, status, successful, JSON.stringify(result), at(days), at(days)],
    );
    return id;
  }
  const left = async () =>
    database.knex('sync.crm_sync_sessions').where({ connection_id: connectionId }).orderBy('id').pluck<string[]>('id');

  it('go after 30 days without a change, after 180 with one, and after 400 otherwise', async () => {
    await ended(401, { status: 'failed' });
    const failed = await ended(399, { status: 'failed' });
    await ended(401, { type: 'full_sync' });
    const full = await ended(399, { type: 'full_sync', successful: 0 });
    await ended(181, { successful: 3 });
    const changed = await ended(179, { successful: 3 });
    const deleted = await ended(31, { result: { deleted: 2 } });
    await ended(31);
    const idle = await ended(29);

    await forget();

    assert.deepEqual(await left(), [failed, full, changed, deleted, idle]);
  });

  it('stay where they are the newest of their kind: what is due next follows from them', async () => {
    const last = await ended(999);
    const other = await ended(999, { module: 'Leads' });

    await forget();

    assert.deepEqual(await left(), [last, other]);
  });

  it('stay where they are kept for ever', async () => {
    const first = await ended(999);
    const second = await ended(998);

    await forget({ ...RETENTION, runDays: 0 });

    assert.deepEqual(await left(), [first, second]);
  });

  it('lose the steps in their log after 30 days, if they completed, and keep warnings', async () => {
    const completed = await ended(40, { successful: 1 });
    const failed = await ended(40, { status: 'failed' });
    for (const [session, level] of [
      [completed, 'INFO'],
      [completed, 'WARNING'],
      [failed, 'INFO'],
    ] as const) {
      await database.knex.raw(
        `insert into sync.sync_status_logs (connection_id, session_id, sequence, position, log_level, component, message,
           timestamp) values (?, ?, ?, 1, ?, 'test', ?, ?)`,
        [connectionId, session, level === 'INFO' ? 1 : 2, level, `${level} of ${session}`, at(40)],
      );
    }

    await forget();

    const lines = await database
      .knex('sync.sync_status_logs')
      .where({ connection_id: connectionId })
      .orderBy('message')
      .pluck<string[]>('message');
    assert.deepEqual(lines, [`INFO of ${failed}`, `WARNING of ${completed}`]);
  });

  it('leave what their calls cost by day and module, however many batches that takes', async () => {
    const spent = (days: number, credits: number, module: string | null) =>
      database.knex.raw(
        `insert into sync.api_ledger (connection_id, operation, module_name, calls, credits, rate_limited, bytes_received, spent_at)
         values (?, 'listRecords', ?, 2, ?, 1, 1500000, ?)`,
        [connectionId, module, credits, at(days)],
      );
    await spent(100, 3, 'Deals');
    await spent(100, 4, 'Deals');
    await spent(100, 5, null);
    await spent(89, 6, 'Deals');

    let more = true;
    while (more) more = (await forgetOldValues(database.knex, RETENTION, NOW, 1)).isMoreLeft;

    const days = await database.knex.raw<{ rows: object[] }>(
      `select metric_date as day, module_name as module, total_api_calls as calls, total_credits as credits,
         total_rate_limit_hits as refused, total_data_transferred_mb as mb
       from sync.sync_health_metrics where connection_id = ? order by module_name nulls last`,
      [connectionId],
    );
    const day = at(100).toISOString().slice(0, 10);
    assert.deepEqual(days.rows, [
      { day, module: 'Deals', calls: '4', credits: '7.00', refused: '2', mb: '3.000' },
      { day, module: null, calls: '2', credits: '5.00', refused: '1', mb: '1.500' },
    ]);
    const kept = await database
      .knex('sync.api_ledger')
      .where({ connection_id: connectionId })
      .pluck<string[]>('credits');
    assert.deepEqual(kept, ['6.00']);
  });

  it('take their operations, items and jobs with them, not those that are at work', async () => {
    const operation = async (days: number | null): Promise<string> => {
      const id = uuidv7();
      await database.knex.raw(
        `insert into sync.bulk_operations (id, connection_id, kind, module_names, request, workflow_id, initiated_by,
           request_hash, status, completed_at) values (?, ?, 'mass_update', '{Deals}', '{}', 'w', 'test', 'h', ?, ?)`,
        [id, connectionId, days === null ? 'in_progress' : 'completed', days === null ? null : at(days)],
      );
      await database.knex.raw(
        `insert into sync.bulk_operation_items (operation_id, position, action, module_name, status)
         values (?, 1, 'update', 'Deals', 'updated')`,
        [id],
      );
      await database.knex.raw(
        `insert into sync.bulk_jobs (connection_id, session_id, kind, state, updated_at) values (?, ?, 'write', 'done', ?)`,
        [connectionId, id, at(95)],
      );
      return id;
    };
    await operation(401);
    const recent = await operation(399);
    const atWork = await operation(null);

    await forget();

    const operations = await database
      .knex('sync.bulk_operations')
      .where({ connection_id: connectionId })
      .orderBy('id')
      .pluck<string[]>('id');
    const jobs = await database
      .knex('sync.bulk_jobs')
      .where({ connection_id: connectionId })
      .pluck<string[]>('session_id');
    assert.deepEqual([operations, jobs], [[recent, atWork], [atWork]]);
  });

  it('keep the result of a comparison for ever, and what it found for 90 days', async () => {
    const { knex } = database;
    await claimMirror(knex, connectionId, { id: '1', apiName: 'Deals' });
    const [mirrorId = 0] = await knex('sync.mirrors').where({ connection_id: connectionId }).pluck<number[]>('id');
    const compared = async (days: number) => {
      const sessionId = await ended(days, { type: 'verification' });
      await knex('sync.differences').insert({
        session_id: sessionId,
        record_id: 7,
        mirror_id: mirrorId,
        kind: 'missing',
        state: 'repaired',
      });
      await knex.raw(
        `insert into sync.verifications (session_id, mirror_id, depth, repairs, as_of, rows_compared, missing, stale, extra,
           silent, values, explained, repaired, held, failed, drift, credits)
         values (?, ?, 'times', true, now(), 10, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0.1, 3)`,
        [sessionId, mirrorId],
      );
      return sessionId;
    };
    const [long, lately] = [await compared(500), await compared(89)];

    await forget();

    assert.deepEqual(await left(), [long, lately]);
    assert.deepEqual(await knex('sync.differences').where({ mirror_id: mirrorId }).pluck<string[]>('session_id'), [
      lately,
    ]);
  });

  it('let go of approvals that nobody decided, and keep what was decided', async () => {
    const { knex } = database;
    await claimMirror(knex, connectionId, { id: '1', apiName: 'Deals' });
    const [mirrorId = 0] = await knex('sync.mirrors').where({ connection_id: connectionId }).pluck<number[]>('id');
    for (const state of ['waiting', 'expired', 'withdrawn', 'rejected', 'applied']) {
      await knex('sync.approvals').insert({
        mirror_id: mirrorId,
        kind: 'mass_delete',
        state,
        shown: '{}',
        shown_hash: Buffer.alloc(1),
        asked_at: at(401),
        expires_at: at(394),
      });
    }

    await forget({ ...RETENTION, fenceDays: 400 });

    const states = await knex('sync.approvals')
      .where({ mirror_id: mirrorId })
      .orderBy('state')
      .pluck<string[]>('state');
    assert.deepEqual(states, ['applied', 'rejected', 'waiting']);
  });
});

import assert from 'node:assert/strict';
import { down, up } from '../../../src/db/migrations/unreleased/2026-11-27/20261127141000_quarantine_by_record';
import { someConnection, useDatabase } from '../support';

const SESSIONS = ['019b0000-0000-7000-8000-000000000001', '019b0000-0000-7000-8000-000000000002'] as const;

/** An entry as sessions wrote it before. */
function entry(connectionId: string, session: number, record: string | null, field: string, status = 'open') {
  return {
    connection_id: connectionId,
    module_name: 'Deals',
    session_id: SESSIONS[session],
    chunk_number: 1,
    record_id: record,
    field,
    reason: 'The value does not fit numeric.',
    raw_data: JSON.stringify({ id: record, modified_time: `2026-11-2${session}T08:00:00Z` }),
    status,
  };
}

describe('the migration of quarantine to one row a record', () => {
  const database = useDatabase();

  it('keeps the newest entry of each record, due at once, and can be undone', async () => {
    const { knex } = database;
    const { id: connectionId } = await someConnection(knex);
    await down(knex);
    await knex('sync.quarantine').insert([
      entry(connectionId, 0, '1', 'amount'),
      entry(connectionId, 1, '1', 'amount'),
      entry(connectionId, 1, '1', 'visits'),
      entry(connectionId, 0, '2', 'amount', 'resolved'),
      entry(connectionId, 1, null, 'id'),
    ]);

    await up(knex);

    const { rows } = await knex.raw<{ rows: object[] }>(
      `select record_id, status, session_id, first_session_id, attempts, zoho_time, jsonb_array_length(fields) as fields,
         next_retry_at <= now() as due
       from sync.quarantine order by record_id`,
    );
    assert.deepEqual(rows, [
      {
        record_id: '1',
        status: 'open',
        session_id: SESSIONS[1],
        first_session_id: SESSIONS[0],
        attempts: 2,
        zoho_time: new Date('2026-11-21T08:00:00Z'),
        fields: 2,
        due: true,
      },
      {
        record_id: '2',
        status: 'closed',
        session_id: SESSIONS[0],
        first_session_id: SESSIONS[0],
        attempts: 1,
        zoho_time: new Date('2026-11-20T08:00:00Z'),
        fields: 1,
        due: null,
      },
    ]);
    await down(knex);
    const before = await knex('sync.quarantine').select('record_id', 'field', 'status').orderBy(['record_id', 'field']);
    assert.deepEqual(
      before.map((row: Record<string, unknown>) => Object.values(row)),
      [
        ['1', 'amount', 'open'],
        ['1', 'visits', 'open'],
        ['2', 'amount', 'resolved'],
      ],
    );
    await up(knex);
  });
});

import type { Knex } from 'knex';

/** Records that a session could not put into the mirror. */
export async function countQuarantinedRows(knex: Knex, sessionId: string): Promise<number> {
  const answer = await knex.raw<{ rows: { count: string }[] }>(
    `select count(distinct record_id) as count from sync.quarantine where session_id = ? and status = 'open'`,
    [sessionId],
  );
  return Number(answer.rows[0]?.count ?? 0);
}

import type { Knex } from 'knex';
import type pg from 'pg';

/** Outcome of a record that a session was asked to read. */
export type RequestOutcome = 'found' | 'vanished' | 'kept';

/** Notes which records a session is to read. */
export async function requestRecords(knex: Knex, sessionId: string, ids: readonly string[]): Promise<void> {
  await knex.raw(
    `insert into sync.requested_records (session_id, record_id)
     select ?, id from unnest(?::bigint[]) as asked (id) on conflict do nothing`,
    [sessionId, [...ids]],
  );
}

/** The records of a session that Zoho was not asked for yet, in order of id. */
export async function findUnsettledRequests(knex: Knex, sessionId: string): Promise<string[]> {
  const answer = await knex.raw<{ rows: { id: string }[] }>(
    `select record_id as id from sync.requested_records where session_id = ? and outcome is null order by record_id`,
    [sessionId],
  );
  return answer.rows.map(({ id }) => id);
}

/** Notes what became of records, in the transaction that did it. */
export async function settleRequests(
  client: pg.Client,
  sessionId: string,
  ids: readonly string[],
  outcome: RequestOutcome,
): Promise<void> {
  await client.query(
    `update sync.requested_records set outcome = $3 where session_id = $1 and record_id = any($2::bigint[])`,
    [sessionId, ids, outcome],
  );
}

/** Notes that Zoho does not know records: their rows have left the mirror, or stay in it. Repeating it changes nothing. */
export async function noteVanished(
  knex: Knex,
  sessionId: string,
  ids: readonly string[],
  outcome: Exclude<RequestOutcome, 'found'>,
): Promise<void> {
  await knex.raw(
    `update sync.requested_records set outcome = ?
     where session_id = ? and record_id = any(?::bigint[]) and outcome is null`,
    [outcome, sessionId, [...ids]],
  );
}

/** Counts the requested records of a session by what became of them. */
export async function countRequests(knex: Knex, sessionId: string): Promise<Record<RequestOutcome, number>> {
  const answer = await knex.raw<{ rows: [{ found: string; vanished: string; kept: string }] }>(
    `select count(*) filter (where outcome = 'found') as found, count(*) filter (where outcome = 'vanished') as vanished,
       count(*) filter (where outcome = 'kept') as kept
     from sync.requested_records where session_id = ?`,
    [sessionId],
  );
  const { found, vanished, kept } = answer.rows[0];
  return { found: Number(found), vanished: Number(vanished), kept: Number(kept) };
}

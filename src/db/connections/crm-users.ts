import type { Knex } from 'knex';
import { toJsonb } from '../postgres/json';

export interface CrmUser {
  id: string;
  fullName: string | null;
  email: string | null;
  status: string | null;
}

/** Changes that leave the time of modification as it was are found by listing everybody, this often. */
const LISTED_EVERY = '1 day';

/**
 * Reads Zoho's time up to which changes of users are known.
 * @returns null when all users have to be listed: never done, or too long ago
 */
export async function usersReadUntil(knex: Knex, connectionId: string): Promise<Date | null> {
  const { rows } = await knex.raw<{ rows: { until: Date | null }[] }>(
    `select case when users_listed_at > now() - ?::interval then users_read_until end as until
     from sync.connections where id = ?`,
    [LISTED_EVERY, connectionId],
  );
  return rows[0]?.until ?? null;
}

/** Notes that all users were listed. @param until Zoho's time when the list began */
export async function noteUsersListed(knex: Knex, connectionId: string, until: Date): Promise<void> {
  await knex.raw('update sync.connections set users_read_until = ?, users_listed_at = now() where id = ?', [
    until,
    connectionId,
  ]);
}

/** Notes that the changes of users were read. @param until Zoho's time when the read began; an earlier one changes nothing */
export async function noteUserChangesRead(knex: Knex, connectionId: string, until: Date): Promise<void> {
  await knex.raw('update sync.connections set users_read_until = greatest(users_read_until, ?) where id = ?', [
    until,
    connectionId,
  ]);
}

/** Stores users of the org: the names behind the ids of owners in exports. Users who left stay known. */
export async function saveUsers(knex: Knex, connectionId: string, users: readonly CrmUser[]): Promise<void> {
  if (users.length === 0) return;
  await knex.raw(
    `insert into sync.crm_users as known (connection_id, id, full_name, email, status)
     select ?, u.id, u."fullName", u.email, u.status
     from jsonb_to_recordset(?::jsonb) as u (id bigint, "fullName" text, email text, status text)
     on conflict (connection_id, id) do update
       set full_name = excluded.full_name, email = excluded.email, status = excluded.status, changed_at = now()
     where (known.full_name, known.email, known.status) is distinct from
       (excluded.full_name, excluded.email, excluded.status)`,
    [connectionId, toJsonb(users)],
  );
}

import type { Knex } from 'knex';
import { toJsonb } from '../postgres/json';

export interface CrmUser {
  id: string;
  fullName: string | null;
  email: string | null;
  status: string | null;
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

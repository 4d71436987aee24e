import { createHmac } from 'node:crypto';
import type { Client } from 'pg';

/** Role of the engine's processes: it owns the database and what is in it, and is no superuser. */
export const ENGINE_ROLE = 'pulse_engine';
/** Role for people: it reads everything and changes nothing. */
export const READER_ROLE = 'pulse_reader';

/** Password of a role, derived from that of the superuser, from which nobody learns that one. */
export function passwordOf(role: string, superuserPassword: string): string {
  return createHmac('sha256', superuserPassword).update(role).digest('base64url');
}

/**
 * Creates both roles, or sets their passwords again. Idempotent.
 * @param client of the superuser
 */
export async function ensureRoles(client: Client, superuserPassword: string): Promise<void> {
  for (const role of [ENGINE_ROLE, READER_ROLE]) {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
    if (rowCount === 0) await client.query(`create role ${role}`);
    const password = client.escapeLiteral(passwordOf(role, superuserPassword));
    await client.query(`alter role ${role} login nosuperuser nocreaterole nocreatedb password ${password}`);
  }
  await client.query(`grant pg_read_all_data to ${READER_ROLE}`);
  await client.query(`alter role ${READER_ROLE} set default_transaction_read_only to on`);
}

/**
 * Makes the engine's role the owner of what the superuser has made in this database: homes of earlier versions were
 * filled by it. Idempotent; what people have made under roles of their own stays theirs.
 * @param client of the superuser, in the engine's database
 */
export async function handOver(client: Client): Promise<void> {
  await client.query(`
    do $$
    declare
      change text;
    begin
      for change in
        with spaces as (
          select oid, nspname as space, nspowner from pg_namespace
          where nspname !~ '^pg_' and nspname <> 'information_schema'
        )
        select format('alter schema %I', space) from spaces
        where space <> 'public' and nspowner = current_user::regrole
        union all
        select format('alter %s %I.%I',
          case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
            when 'f' then 'foreign table' else 'table' end, space, relname)
        from pg_class c join spaces on spaces.oid = relnamespace
        where relkind in ('r', 'p', 'v', 'm', 'S', 'f') and relowner = current_user::regrole
          -- The sequence of a column follows its table.
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
            and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') and relkind = 'S')
        union all
        select format('alter routine %s', p.oid::regprocedure)
        from pg_proc p join spaces on spaces.oid = pronamespace where proowner = current_user::regrole
        union all
        select format('alter type %I.%I', space, typname)
        from pg_type join spaces on spaces.oid = typnamespace
        where typtype in ('e', 'd', 'r') and typowner = current_user::regrole
      loop
        execute change || ' owner to ${ENGINE_ROLE}';
      end loop;
    end $$`);
}

import type { Knex } from 'knex';

/** Alert about changes of a table that somebody has to look at. */
const PENDING_ALERT = 'schema.pending';

/**
 * Opens and closes the alerts of modules whose tables differ from Zoho's fields: where a change waits for a person, or is
 * refused for a day. A column that nobody needs any more is no alarm.
 */
export async function alertPendingChanges(knex: Knex): Promise<void> {
  await knex.raw(
    `with pending as (
       select m.connection_id, m.key, coalesce(m.api_name, m.key) as module, count(*) as changes
       from sync.schema_changes c join sync.mirrors m on m.id = c.mirror_id
       where c.kind <> 'field_gone' and (c.state = 'waiting'
         or c.state in ('approved', 'blocked') and c.detected_at < now() - interval '1 day')
       group by m.id
     ), closed as (
       update sync.alerts alert set closed_at = now()
       where kind = :kind and closed_at is null and not exists (
         select from pending where pending.connection_id = alert.connection_id and pending.key = alert.module_name)
     )
     insert into sync.alerts as alert (connection_id, module_name, kind, severity, message, details)
     select connection_id, key, :kind, 'warning',
       format('The table of %s differs from its fields in Zoho in %s ways that somebody has to look at: pulse schema changes --module %s',
         module, changes, module),
       jsonb_build_object('changes', changes)
     from pending
     on conflict (connection_id, module_name, kind) where closed_at is null
       do update set message = excluded.message, details = excluded.details
       where alert.message <> excluded.message`,
    { kind: PENDING_ALERT },
  );
}

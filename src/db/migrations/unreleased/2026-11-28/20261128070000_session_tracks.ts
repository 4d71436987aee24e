import type { Knex } from 'knex';

const EARLIER_TYPES = `'full_sync', 'incremental_sync', 'manual_refresh', 'webhook_update'`;
const ACTIVE = `status in ('initiated', 'in_progress', 'paused')`;

/**
 * What excludes two sessions is what they read, not the module: a full sync, an incremental one and notifications of one
 * module run side by side. A session also knows what started it, since the clock does so, too.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.crm_sync_sessions
      drop constraint crm_sync_sessions_session_type_check,
      add constraint crm_sync_sessions_session_type_check
        check (session_type in (${EARLIER_TYPES}, 'verification', 'nightly', 'push')),
      -- Sessions of one track of a module exclude each other; those without one exclude nobody.
      add column track text generated always as (case session_type
        when 'full_sync' then 'all_rows' when 'verification' then 'all_rows'
        when 'incremental_sync' then 'changes' when 'webhook_update' then 'notified'
        when 'nightly' then 'nightly' when 'push' then 'push' end) stored,
      add column trigger text not null default 'api'
        check (trigger in ('api', 'schedule', 'nightly', 'notification', 'housekeeping')),
      -- The nightly session that a session is a part of.
      add column parent_session_id uuid references sync.crm_sync_sessions (id) on delete set null,
      -- The configuration whose schedule started it; it may be gone.
      add column configuration_id uuid,
      -- What was checked at the end, and the result.
      add column verification jsonb;
    drop index sync.crm_sync_sessions_one_active;
    create unique index crm_sync_sessions_one_a_track on sync.crm_sync_sessions (connection_id, module_name, track)
      where track is not null and ${ACTIVE};
    create unique index crm_sync_sessions_by_run on sync.crm_sync_sessions (workflow_id, first_execution_run_id)
      where first_execution_run_id is not null;
    create index crm_sync_sessions_by_parent on sync.crm_sync_sessions (parent_session_id)
      where parent_session_id is not null;
  `);
}

/** Of sessions that run side by side only the one that began first goes on. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from sync.crm_sync_sessions where session_type not in (${EARLIER_TYPES});
    update sync.crm_sync_sessions later set status = 'cancelled', completed_at = now(),
      error_message = 'Ended by a return to an earlier version.'
    where ${ACTIVE} and exists (
      select from sync.crm_sync_sessions first where first.connection_id = later.connection_id
        and first.module_name = later.module_name and first.${ACTIVE} and first.id < later.id);
    drop index sync.crm_sync_sessions_by_parent;
    drop index sync.crm_sync_sessions_by_run;
    drop index sync.crm_sync_sessions_one_a_track;
    alter table sync.crm_sync_sessions
      drop column verification, drop column configuration_id, drop column parent_session_id, drop column trigger,
      drop column track,
      drop constraint crm_sync_sessions_session_type_check,
      add constraint crm_sync_sessions_session_type_check check (session_type in (${EARLIER_TYPES}));
    create unique index crm_sync_sessions_one_active on sync.crm_sync_sessions (connection_id, module_name)
      where ${ACTIVE};
  `);
}

import type { Knex } from 'knex';

/**
 * Syncs that began under an earlier version. Their workflows cannot go on under this one, whose syncs take other steps:
 * the first worker of it ends them, and a sync that is started again fetches what is missing.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.former_runs (
      session_id uuid primary key references sync.crm_sync_sessions (id) on delete cascade
    );
    insert into sync.former_runs
    select id from sync.crm_sync_sessions
    where session_type in ('full_sync', 'incremental_sync') and status in ('initiated', 'in_progress', 'paused');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.former_runs');
}

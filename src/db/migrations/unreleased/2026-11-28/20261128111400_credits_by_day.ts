import type { Knex } from 'knex';

/** What the calls of a day cost, which stays when the ledger's entries go. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.sync_health_metrics add column total_credits numeric(16, 2) not null default 0;
    create index crm_sync_sessions_ended on sync.crm_sync_sessions (completed_at) where completed_at is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index sync.crm_sync_sessions_ended;
    alter table sync.sync_health_metrics drop column total_credits;
  `);
}

import type { Knex } from 'knex';

/** Entries of the audit log about starts whose outcome is not known yet: a handful, of any number of entries. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index audit_log_pending_starts on sync.audit_log (id)
      where outcome = 'pending' and details ->> 'run' is not null
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index sync.audit_log_pending_starts');
}

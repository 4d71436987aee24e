import type { Knex } from 'knex';

/** The records that a session was asked to read by their ids, and what became of each. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.requested_records (
      session_id uuid not null references sync.crm_sync_sessions (id) on delete cascade,
      record_id bigint not null,
      -- Null until Zoho was asked. 'found': merged; 'vanished': Zoho does not know it; 'kept': it does not know it, and
      -- the row stays, since too many vanished at once.
      outcome text check (outcome in ('found', 'vanished', 'kept')),
      primary key (session_id, record_id)
    )
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.requested_records');
}

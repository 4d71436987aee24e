import type { Knex } from 'knex';

/** Records to ask for by id, because a read contradicts the mirror's row and cannot tell which of the two is right. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create sequence sync.doubtful_records_number;
    create table sync.doubtful_records (
      connection_id uuid not null references sync.connections (id),
      module_name text not null,
      record_id bigint not null,
      -- Grows with each doubt: an answer settles those only that were there when it was asked for.
      number bigint not null default nextval('sync.doubtful_records_number'),
      -- The mirror's row as the doubt found it; null if the mirror lacked it.
      modified_time timestamptz,
      synced_at timestamptz,
      session_id uuid,
      created_at timestamptz not null default now(),
      primary key (connection_id, module_name, record_id)
    );
    alter sequence sync.doubtful_records_number owned by sync.doubtful_records.number;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.doubtful_records');
}

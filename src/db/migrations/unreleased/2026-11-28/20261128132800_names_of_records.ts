import type { Knex } from 'knex';

/** Records whose names have changed, and when the names of a mirror's lookups were last brought up to them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.name_changes (
      mirror_id integer not null references sync.mirrors (id) on delete cascade,
      record_id bigint not null,
      -- Another change of the same record has another one: what is done about an earlier one does not settle it.
      number bigint generated always as identity,
      primary key (mirror_id, record_id)
    );

    alter table sync.mirrors
      -- By PostgreSQL's clock. Null until the mirror was filled.
      add column names_checked_at timestamptz,
      -- When so much changed elsewhere that the names of all lookups are to be checked.
      add column names_wanted_at timestamptz;
    update sync.mirrors m set names_checked_at = w.updated_at
    from sync.watermarks w where w.connection_id = m.connection_id and w.module_name = m.key;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.mirrors drop column names_wanted_at, drop column names_checked_at;
    drop table sync.name_changes;
  `);
}

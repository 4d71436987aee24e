import type { Knex } from 'knex';

/** When the metadata of a module was read, so that not every sync has to ask for it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.mirrors
      -- Zoho's time of the last change of the module's settings.
      add column modified_time timestamptz,
      -- By PostgreSQL's clock. Null: to be read before the next sync.
      add column metadata_checked_at timestamptz,
      add column fields_checked_at timestamptz
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.mirrors
      drop column fields_checked_at, drop column metadata_checked_at, drop column modified_time
  `);
}

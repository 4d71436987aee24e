import type { Knex } from 'knex';

/** A formula over the time of day changes in every row, every night. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.module_fields
      -- Comparisons in a row that found another value in most rows, up to three: then the field is volatile.
      add column often_changed smallint not null default 0
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.module_fields drop column often_changed');
}

import type { Knex } from 'knex';

/**
 * A column that came while a full sync read is not filled by it: what was read before lacks it. And a new column is
 * asked for by itself, once: what that could not bring comes with the next comparison.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.module_fields
      -- Since when the column lacks values, while it does.
      add column unfilled_since timestamptz not null default now(),
      -- When its values were asked for; null if they have not been since the column came.
      add column fill_asked_at timestamptz
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.module_fields drop column fill_asked_at, drop column unfilled_since');
}

import type { Knex } from 'knex';

/** What is known of the counts of a module, so that one is taken now and then and only another difference is news. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.mirrors
      -- When both sides were counted last, by PostgreSQL's clock, and how many rows Zoho counted then.
      add column counted_at timestamptz,
      add column zoho_count bigint,
      -- Rows that Zoho counted more than the mirror accounted for when it was last looked into, and nothing explained it.
      add column count_difference bigint not null default 0,
      -- When a count last asked for a comparison of all rows.
      add column comparison_wanted_at timestamptz
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.mirrors
      drop column comparison_wanted_at, drop column count_difference, drop column zoho_count, drop column counted_at
  `);
}

import type { Knex } from 'knex';

/** Revision of each applied function, so that an older build does not put an older body back. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- 0: applied by a build that did not number its functions.
    alter table sync.applied_functions add column revision integer not null default 0
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.applied_functions drop column revision');
}

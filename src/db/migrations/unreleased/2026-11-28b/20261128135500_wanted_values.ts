import type { Knex } from 'knex';

/** More records of a mirror may have other values than it is worth to ask for one by one. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.mirrors
      -- When a comparison of every value was asked for, by PostgreSQL's clock; the next night makes it.
      add column values_wanted_at timestamptz
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.mirrors drop column values_wanted_at');
}

import type { Knex } from 'knex';

/** The process that asks Zoho for a token of a connection, so that it need not hold the row while it waits. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.connections
      -- A number that the process made up for this refresh.
      add column token_refresh_by uuid,
      -- It is taken for dead from here on.
      add column token_refresh_until timestamptz
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.connections drop column token_refresh_by, drop column token_refresh_until');
}

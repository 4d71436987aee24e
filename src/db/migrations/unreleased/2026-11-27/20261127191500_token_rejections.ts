import type { Knex } from 'knex';

/** Access tokens that Zoho issues and takes for no call, as after its user was deactivated. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.connections
      -- In a row, since a call succeeded.
      add column token_rejections smallint not null default 0
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.connections drop column token_rejections');
}

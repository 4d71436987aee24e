import type { Knex } from 'knex';

/** What is known of an organization is dated, so that only what changed since is asked for, and what is old is asked again. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.connections
      -- Zoho's time up to which changes of users are known.
      add column users_read_until timestamptz,
      -- When all users were listed last, by PostgreSQL's clock.
      add column users_listed_at timestamptz;
    -- When Zoho was asked for the edition last, by PostgreSQL's clock.
    alter table sync.credit_accounts add column edition_read_at timestamptz;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.credit_accounts drop column edition_read_at;
    alter table sync.connections drop column users_listed_at, drop column users_read_until;
  `);
}

import type { Knex } from 'knex';

/** Names of users that changed reach the mirrors by it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.crm_users add column changed_at timestamptz not null default now()');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.crm_users drop column changed_at');
}

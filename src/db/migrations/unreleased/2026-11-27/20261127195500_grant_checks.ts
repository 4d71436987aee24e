import type { Knex } from 'knex';

/** Grants are asked for their organization before they are used; those of earlier versions at their next use. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.connections
      -- When Zoho said that the grant is of the organization in org_id.
      add column grant_checked_at timestamptz
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.connections drop column grant_checked_at');
}

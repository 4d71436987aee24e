import type { Knex } from 'knex';

/** Fields that a session asked for and did not get: it has not filled their columns. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- API names of the fields that Zoho left out of some record of the chunk, or of its file.
    alter table sync.session_chunks add column unread_fields text[]
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.session_chunks drop column unread_fields');
}

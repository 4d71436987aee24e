import type { Knex } from 'knex';

/** Indexes that a person's own queries need: the engine makes those of lookups to modules alone. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table sync.sync_configurations add column indexed_fields text[] not null default '{}'`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.sync_configurations drop column indexed_fields');
}

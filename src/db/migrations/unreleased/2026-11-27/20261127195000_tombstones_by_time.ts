import type { Knex } from 'knex';

/** Every chunk asks whether any row of its module was deleted since it was read; mostly none was. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index tombstones_by_deletion on sync.tombstones (connection_id, module_name, deleted_at)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index sync.tombstones_by_deletion');
}

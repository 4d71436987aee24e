import type { Knex } from 'knex';

/** Tombstones and alerts that have come of age, whatever their module. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index tombstones_by_delete on sync.tombstones (deleted_at);
    create index alerts_closed on sync.alerts (closed_at) where closed_at is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index sync.tombstones_by_delete, sync.alerts_closed');
}

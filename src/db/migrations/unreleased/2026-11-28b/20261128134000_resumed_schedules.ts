import type { Knex } from 'knex';

/** A schedule that was paused after failures is judged by the syncs since it was resumed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.sync_configurations add column resumed_at timestamptz');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.sync_configurations drop column resumed_at');
}

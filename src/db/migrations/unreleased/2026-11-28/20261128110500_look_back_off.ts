import type { Knex } from 'knex';

/** A night need not look back. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.sync_configurations
      drop constraint sync_configurations_look_back_hours_check,
      add constraint sync_configurations_look_back_hours_check check (look_back_hours >= 0)
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    update sync.sync_configurations set look_back_hours = 1 where look_back_hours = 0;
    alter table sync.sync_configurations
      drop constraint sync_configurations_look_back_hours_check,
      add constraint sync_configurations_look_back_hours_check check (look_back_hours > 0)
  `);
}

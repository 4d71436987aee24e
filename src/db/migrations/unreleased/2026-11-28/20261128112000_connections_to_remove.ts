import type { Knex } from 'knex';

/** A connection that is being removed keeps its row until nothing of it is left. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.connections drop constraint connections_status_check;
    alter table sync.connections add constraint connections_status_check
      check (status in ('active', 'needs_reauth', 'disabled', 'removing'))
  `);
}

/** One that was being removed is disconnected again, with what is left of it. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    update sync.connections set status = 'disabled' where status = 'removing';
    alter table sync.connections drop constraint connections_status_check;
    alter table sync.connections add constraint connections_status_check
      check (status in ('active', 'needs_reauth', 'disabled'))
  `);
}

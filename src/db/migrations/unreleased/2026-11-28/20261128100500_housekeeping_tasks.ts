import type { Knex } from 'knex';

/** The work that comes round by itself, and when each piece of it is due. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.housekeeping_tasks (
      id integer generated always as identity primary key,
      name text not null,
      -- Null for a task of no one connection.
      connection_id uuid references sync.connections (id) on delete cascade,
      every interval not null,
      due_at timestamptz not null default now(),
      started_at timestamptz,
      ended_at timestamptz,
      -- Of the last time; null if that went well.
      last_error text,
      unique nulls not distinct (name, connection_id)
    ) with (fillfactor = 50);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.housekeeping_tasks');
}

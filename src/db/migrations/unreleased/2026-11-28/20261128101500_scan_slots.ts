import type { Knex } from 'knex';

/**
 * Scans that a connection has under way, and those that wait for a slot. No database connection is held while Zoho is
 * asked, and a pooler lets go of locks of a session: so a slot is a row with an end, which its owner moves on.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create unlogged table sync.scan_slots (
      connection_id uuid not null references sync.connections (id) on delete cascade,
      -- The activity: its workflow's run and its id there.
      owner text not null,
      attempt integer not null,
      -- Null while it waits for one.
      slot integer,
      since timestamptz not null,
      until timestamptz not null,
      primary key (connection_id, owner),
      unique (connection_id, slot)
    ) with (fillfactor = 50)
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.scan_slots');
}

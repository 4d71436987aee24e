import type { Knex } from 'knex';

/** Counts what Zoho has not told of although it should have. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.notification_channels
      add column missed bigint not null default 0,
      -- Changes up to then are counted.
      add column missed_counted_at timestamptz
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.notification_channels drop column missed_counted_at, drop column missed');
}

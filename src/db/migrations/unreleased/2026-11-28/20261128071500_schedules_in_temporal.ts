import type { Knex } from 'knex';

/** Schedules in Temporal say whose they are, since several deployments may share a namespace, and rows know of pauses. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.deployment (
      -- One row, and no other.
      is_this boolean primary key default true check (is_this),
      id uuid not null default gen_random_uuid()
    );
    insert into sync.deployment default values;
    alter table sync.connections
      add column nightly_paused_at timestamptz,
      add column nightly_paused_by text,
      add column nightly_paused_reason text;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.connections
      drop column nightly_paused_reason, drop column nightly_paused_by, drop column nightly_paused_at;
    drop table sync.deployment;
  `);
}

import type { Knex } from 'knex';

/** A configuration says what starts a module's syncs by the clock, and a connection when its night is. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.sync_configurations
      add column nightly text not null default 'compare' check (nightly in ('none', 'incremental', 'compare')),
      -- How often every value is compared instead of what the night does otherwise.
      add column verify_every text not null default 'weekly'
        check (verify_every in ('never', 'nightly', 'weekly', 'monthly')),
      add column jitter_seconds integer not null default 60 check (jitter_seconds between 0 and 3600),
      -- How late a missed sync still begins; null: as late as the next one, at least ten minutes.
      add column catch_up_minutes integer check (catch_up_minutes > 0),
      add column look_back_hours integer not null default 26 check (look_back_hours > 0),
      add column count_every_minutes integer not null default 60 check (count_every_minutes >= 0),
      add column pause_after_failures integer not null default 10 check (pause_after_failures >= 0),
      add column paused_at timestamptz,
      add column paused_by text,
      add column paused_reason text,
      -- One more with every change that a person makes.
      add column version integer not null default 1;
    -- Of several for a module, which nothing kept apart so far, the one that was changed last stays active.
    update sync.sync_configurations older set is_active = false
    where is_active and exists (
      select from sync.sync_configurations newer
      where newer.connection_id = older.connection_id and newer.module_name = older.module_name and newer.is_active
        and (newer.updated_at, newer.id) > (older.updated_at, older.id));
    drop index sync.sync_configurations_active;
    create unique index sync_configurations_active on sync.sync_configurations (connection_id, module_name)
      where is_active;
    alter table sync.connections
      add column nightly_at time not null default '02:15',
      -- IANA name; null: the org's.
      add column schedule_time_zone text,
      add column nightly_parallelism integer not null default 2 check (nightly_parallelism between 1 and 20);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.connections
      drop column nightly_parallelism, drop column schedule_time_zone, drop column nightly_at;
    drop index sync.sync_configurations_active;
    create index sync_configurations_active on sync.sync_configurations (connection_id, module_name) where is_active;
    alter table sync.sync_configurations
      drop column version, drop column paused_reason, drop column paused_by, drop column paused_at,
      drop column pause_after_failures, drop column count_every_minutes, drop column look_back_hours,
      drop column catch_up_minutes, drop column jitter_seconds, drop column verify_every, drop column nightly;
  `);
}

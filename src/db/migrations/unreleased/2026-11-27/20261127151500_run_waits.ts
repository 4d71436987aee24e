import type { Knex } from 'knex';

/** What runs wait for, and log lines of operations: what is tried again stands where a person looks, not in Temporal only. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.run_waits (
      -- A session or an operation.
      run_id uuid not null,
      -- Temporal's id of the activity in its workflow.
      activity_id text not null,
      failure_type text not null,
      activity_type text not null,
      message text not null,
      what_to_do text not null,
      -- Time of the first failure of this type, and how many there were.
      since timestamptz not null default now(),
      failures integer not null default 1,
      -- Temporal's number of the attempt that failed last.
      attempt integer not null,
      next_attempt_at timestamptz not null,
      -- The number of failures at which the log gets its next line.
      next_line_at integer not null,
      updated_at timestamptz not null default now(),
      primary key (run_id, activity_id, failure_type)
    );

    alter table sync.sync_status_logs
      alter column session_id drop not null,
      add column operation_id uuid references sync.bulk_operations (id) on delete cascade,
      add constraint sync_status_logs_of_one_run check (num_nonnulls(session_id, operation_id) = 1),
      add constraint sync_status_logs_operation_line unique (operation_id, sequence, position);
    create index sync_status_logs_by_operation on sync.sync_status_logs (operation_id, id)
      where operation_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from sync.sync_status_logs where session_id is null;
    alter table sync.sync_status_logs
      drop constraint sync_status_logs_of_one_run, drop constraint sync_status_logs_operation_line,
      drop column operation_id, alter column session_id set not null;
    drop table sync.run_waits;
  `);
}

import type { Knex } from 'knex';

/** Bulk writes and mass updates: the requests, their records, and what became of each. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.bulk_operations (
      id uuid primary key,
      connection_id uuid not null references sync.connections (id),
      kind text not null check (kind in ('bulk_write', 'mass_update')),
      status text not null default 'initiated'
        check (status in ('initiated', 'in_progress', 'paused', 'completed', 'failed', 'cancelled')),
      phase text,
      -- The last thing worth telling a person.
      message text,
      module_names text[] not null,
      -- What was asked for, without the records.
      request jsonb not null,
      plan jsonb,
      result jsonb,
      total_records integer,
      processed_records integer not null default 0,
      successful_records integer not null default 0,
      failed_records integer not null default 0,
      error_message text,
      pause_reason text,
      -- Whom to tell at the end; the secret that signs it is sealed.
      callback_url text,
      callback_secret text,
      callback_state text check (callback_state in ('pending', 'delivered', 'failed')),
      callback_attempts integer not null default 0,
      workflow_id text not null,
      first_execution_run_id text,
      state_version bigint not null default 0,
      initiated_by text not null,
      idempotency_key text,
      request_hash text not null,
      started_at timestamptz not null default now(),
      completed_at timestamptz,
      last_activity_at timestamptz not null default now(),
      unique (initiated_by, idempotency_key)
    );
    create index bulk_operations_by_kind on sync.bulk_operations (kind, id desc);
    create index bulk_operations_active on sync.bulk_operations (id)
      where status in ('initiated', 'in_progress', 'paused');

    create table sync.bulk_operation_items (
      operation_id uuid not null references sync.bulk_operations (id) on delete cascade,
      -- From 1, the place in the request.
      position integer not null,
      action text not null check (action in ('insert', 'update', 'upsert', 'mass_update')),
      module_name text not null,
      find_by text,
      -- Numbers keep every digit here; null for a mass update, which gives all records the same values.
      record jsonb,
      -- The file of a bulk write and the line in it, from 1.
      file_number integer,
      row_number integer,
      status text not null default 'pending' check (status in
        ('pending', 'added', 'updated', 'skipped', 'unprocessed', 'failed', 'unknown', 'cancelled')),
      record_id bigint,
      -- Why it was not written: [{"code": .., "fields": [..]}].
      errors jsonb,
      primary key (operation_id, position)
    );
    create unique index bulk_operation_items_by_row
      on sync.bulk_operation_items (operation_id, file_number, row_number) where file_number is not null;
    create index bulk_operation_items_by_status on sync.bulk_operation_items (operation_id, status, position);

    alter table sync.bulk_jobs drop constraint bulk_jobs_kind_check;
    alter table sync.bulk_jobs
      add constraint bulk_jobs_kind_check check (kind in ('read', 'write', 'mass_update')),
      -- SHA-256 of the secret in the URL that Zoho calls when the job ends.
      add column callback_hash bytea;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from sync.bulk_jobs where kind <> 'read';
    alter table sync.bulk_jobs drop constraint bulk_jobs_kind_check, drop column callback_hash;
    alter table sync.bulk_jobs add constraint bulk_jobs_kind_check check (kind in ('read', 'write'));
    drop table sync.bulk_operation_items, sync.bulk_operations;
  `);
}

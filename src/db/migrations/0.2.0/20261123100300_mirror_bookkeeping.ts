import type { Knex } from 'knex';

/** What the mirror itself does not show: rows that left it, rows that did not fit, jobs that Zoho runs for it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.tombstones (
      connection_id uuid not null references sync.connections (id),
      module_name text not null,
      record_id bigint not null,
      deleted_at timestamptz not null,
      reason text not null,
      row_data jsonb,
      session_id uuid,
      created_at timestamptz not null default now(),
      primary key (connection_id, module_name, record_id)
    );
    create index tombstones_by_age on sync.tombstones (connection_id, created_at);

    create table sync.quarantine (
      id bigint generated always as identity primary key,
      connection_id uuid not null references sync.connections (id),
      module_name text not null,
      record_id bigint,
      session_id uuid,
      chunk_number integer,
      field text,
      reason text not null,
      error_code text,
      raw_data jsonb,
      status text not null default 'open' check (status in ('open', 'retried', 'resolved', 'ignored')),
      attempts integer not null default 0,
      created_at timestamptz not null default now(),
      resolved_at timestamptz,
      unique nulls not distinct (session_id, chunk_number, record_id, field)
    );
    create index quarantine_open on sync.quarantine (connection_id, module_name, id) where status = 'open';

    create table sync.bulk_jobs (
      id bigint generated always as identity primary key,
      connection_id uuid not null references sync.connections (id),
      session_id uuid not null,
      kind text not null check (kind in ('read', 'write')),
      zoho_job_id bigint,
      page integer not null default 1,
      state text not null,
      details jsonb,
      result jsonb,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (session_id, kind, page)
    );
    create index bulk_jobs_by_zoho_job on sync.bulk_jobs (zoho_job_id) where zoho_job_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.bulk_jobs, sync.quarantine, sync.tombstones');
}

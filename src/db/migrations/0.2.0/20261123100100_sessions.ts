import type { Knex } from 'knex';

/** A session is one run of a sync; its log, its records, its chunks and the watermark it leaves hang on it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.crm_sync_sessions (
      id uuid primary key,
      connection_id uuid not null references sync.connections (id),
      session_type text not null
        check (session_type in ('full_sync', 'incremental_sync', 'manual_refresh', 'webhook_update')),
      status text not null default 'initiated'
        check (status in ('initiated', 'in_progress', 'paused', 'completed', 'failed', 'cancelled')),
      module_name text not null,
      sync_direction text not null default 'from_crm'
        check (sync_direction in ('bidirectional', 'from_crm', 'to_crm')),
      started_at timestamptz not null default now(),
      completed_at timestamptz,
      last_activity_at timestamptz not null default now(),
      total_records bigint not null default 0,
      processed_records bigint not null default 0,
      successful_records bigint not null default 0,
      failed_records bigint not null default 0,
      skipped_records bigint not null default 0,
      from_timestamp timestamptz,
      to_timestamp timestamptz,
      last_modified_time timestamptz,
      error_message text,
      retry_count integer not null default 0,
      max_retries integer not null default 3,
      api_calls_made bigint not null default 0,
      rate_limit_hits bigint not null default 0,
      total_data_transferred_mb numeric(16, 3) not null default 0,
      batch_size integer not null default 100,
      conflict_resolution text not null default 'crm_wins'
        check (conflict_resolution in ('crm_wins', 'local_wins', 'manual_review', 'merge_fields', 'newest_wins')),
      sync_config jsonb not null default '{}',
      initiated_by text,
      workflow_id text,
      first_execution_run_id text,
      state_version bigint not null default 0,
      phase text,
      read_path text check (read_path in ('list', 'bulk')),
      expected_records bigint,
      credits_spent numeric(16, 2) not null default 0,
      plan jsonb,
      result jsonb,
      pause_reason text,
      idempotency_key text,
      request_hash text
    );
    create unique index crm_sync_sessions_one_active on sync.crm_sync_sessions (connection_id, module_name)
      where status in ('initiated', 'in_progress', 'paused');
    create unique index crm_sync_sessions_idempotency on sync.crm_sync_sessions (initiated_by, idempotency_key)
      where idempotency_key is not null;
    create index crm_sync_sessions_recent on sync.crm_sync_sessions (connection_id, started_at desc);
    create index crm_sync_sessions_by_module on sync.crm_sync_sessions (connection_id, module_name, id desc);

    create table sync.sync_status_logs (
      id bigint generated always as identity primary key,
      connection_id uuid not null,
      session_id uuid not null references sync.crm_sync_sessions (id) on delete cascade,
      sequence bigint not null,
      position integer not null,
      timestamp timestamptz not null default now(),
      log_level text not null check (log_level in ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')),
      component text not null,
      message text not null,
      record_id bigint,
      api_endpoint text,
      execution_time_ms integer,
      data_payload jsonb,
      error_code text,
      error_details jsonb,
      unique (session_id, sequence, position)
    );
    create index sync_status_logs_by_session on sync.sync_status_logs (session_id, id);
    create index sync_status_logs_by_age on sync.sync_status_logs using brin (timestamp);

    -- Millions of rows: no foreign key, because its check costs every inserted row (clean-up deletes by session), and
    -- no index beside the natural key to list a session's rows, because that key's order serves as well.
    create table sync.record_sync_statuses (
      id bigint generated always as identity primary key,
      connection_id uuid not null,
      session_id uuid not null,
      sequence bigint not null,
      position integer not null,
      crm_record_id bigint,
      local_record_id bigint,
      module_name text not null,
      action_taken text not null check (action_taken in ('created', 'updated', 'deleted', 'skipped', 'failed')),
      sync_direction text not null default 'from_crm'
        check (sync_direction in ('bidirectional', 'from_crm', 'to_crm')),
      processed_at timestamptz not null default now(),
      retry_count integer not null default 0,
      fields_updated text[],
      before_data jsonb,
      after_data jsonb,
      has_conflicts boolean not null default false,
      conflict_details jsonb,
      resolution_strategy text
        check (resolution_strategy in ('crm_wins', 'local_wins', 'manual_review', 'merge_fields', 'newest_wins')),
      resolved_by text,
      resolved_at timestamptz,
      error_message text,
      error_code text,
      error_details jsonb,
      validation_errors jsonb,
      data_quality_score numeric(4, 3) check (data_quality_score between 0 and 1),
      processing_time_ms integer,
      api_calls_used integer not null default 0,
      unique (session_id, sequence, position)
    );
    create index record_sync_statuses_by_record
      on sync.record_sync_statuses (connection_id, module_name, crm_record_id);
    create index record_sync_statuses_attention on sync.record_sync_statuses (session_id, sequence, position)
      where resolved_at is null and (has_conflicts or action_taken = 'failed');
    create index record_sync_statuses_by_age on sync.record_sync_statuses using brin (processed_at);

    create table sync.session_chunks (
      session_id uuid not null references sync.crm_sync_sessions (id) on delete cascade,
      chunk_number integer not null,
      kind text not null check (kind in ('bulk', 'list', 'delta', 'refetch')),
      status text not null,
      rows_read bigint not null default 0,
      rows_created bigint not null default 0,
      rows_updated bigint not null default 0,
      rows_unchanged bigint not null default 0,
      rows_failed bigint not null default 0,
      min_id bigint,
      max_id bigint,
      bytes bigint not null default 0,
      -- The ids the chunk holds, to find by difference what vanished; emptied when the session ends.
      seen_ids bigint[],
      cursor text,
      details jsonb,
      started_at timestamptz not null default now(),
      loaded_at timestamptz,
      primary key (session_id, chunk_number)
    );

    create table sync.watermarks (
      connection_id uuid not null references sync.connections (id),
      module_name text not null,
      complete_until timestamptz not null,
      deletes_until timestamptz,
      session_id uuid,
      updated_at timestamptz not null default now(),
      primary key (connection_id, module_name)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table sync.watermarks, sync.session_chunks, sync.record_sync_statuses,
      sync.sync_status_logs, sync.crm_sync_sessions
  `);
}

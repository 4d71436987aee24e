import type { Knex } from 'knex';

/** How a module is synced, how well that went day by day, and what needs a person's eye now. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.sync_configurations (
      id uuid primary key,
      connection_id uuid not null references sync.connections (id),
      config_name text not null unique,
      module_name text not null,
      is_active boolean not null default true,
      sync_frequency_minutes integer not null default 15 check (sync_frequency_minutes > 0),
      batch_size integer not null default 100 check (batch_size > 0),
      field_mappings jsonb not null default '{}',
      required_fields text[] not null default '{}',
      readonly_fields text[] not null default '{}',
      default_conflict_resolution text not null default 'crm_wins' check (
        default_conflict_resolution in ('crm_wins', 'local_wins', 'manual_review', 'merge_fields', 'newest_wins')),
      field_specific_resolutions jsonb not null default '{}',
      validation_rules jsonb not null default '{}',
      quality_thresholds jsonb not null default '{}',
      rate_limit_buffer numeric(5, 2) not null default 10 check (rate_limit_buffer between 0 and 100),
      max_concurrent_operations integer not null default 5 check (max_concurrent_operations > 0),
      timeout_seconds integer not null default 300 check (timeout_seconds > 0),
      alert_on_failures boolean not null default true,
      failure_threshold_percentage numeric(5, 2) not null default 5
        check (failure_threshold_percentage between 0 and 100),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      created_by text
    );
    create index sync_configurations_active on sync.sync_configurations (connection_id, module_name) where is_active;

    create table sync.sync_health_metrics (
      id bigint generated always as identity primary key,
      connection_id uuid not null references sync.connections (id),
      metric_date date not null,
      module_name text,
      total_sessions bigint not null default 0,
      successful_sessions bigint not null default 0,
      failed_sessions bigint not null default 0,
      average_session_duration_seconds numeric(16, 3),
      total_records_processed bigint not null default 0,
      total_records_successful bigint not null default 0,
      total_records_failed bigint not null default 0,
      total_conflicts_detected bigint not null default 0,
      average_processing_time_ms numeric(16, 3),
      total_api_calls bigint not null default 0,
      total_rate_limit_hits bigint not null default 0,
      average_response_time_ms numeric(16, 3),
      total_data_transferred_mb numeric(16, 3) not null default 0,
      average_data_quality_score numeric(4, 3) check (average_data_quality_score between 0 and 1),
      total_validation_errors bigint not null default 0,
      data_freshness_minutes numeric(16, 3),
      system_health_score numeric(4, 3) check (system_health_score between 0 and 1),
      uptime_percentage numeric(6, 3) check (uptime_percentage between 0 and 100),
      created_at timestamptz not null default now(),
      unique nulls not distinct (connection_id, metric_date, module_name)
    );

    create table sync.alerts (
      id bigint generated always as identity primary key,
      connection_id uuid not null references sync.connections (id),
      module_name text,
      kind text not null,
      severity text not null check (severity in ('info', 'warning', 'critical')),
      message text not null,
      opened_at timestamptz not null default now(),
      closed_at timestamptz,
      details jsonb
    );
    create unique index alerts_one_open on sync.alerts (connection_id, module_name, kind) nulls not distinct
      where closed_at is null;
    create index alerts_recent on sync.alerts (connection_id, opened_at desc);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.alerts, sync.sync_health_metrics, sync.sync_configurations');
}

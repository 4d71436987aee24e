import type { Knex } from 'knex';

/** Who may do what, what they did, and what API credits were spent on. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.api_keys (
      id uuid primary key,
      name text not null,
      key_hash bytea not null,
      prefix text not null unique,
      role text not null check (role in ('viewer', 'operator', 'admin')),
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      expires_at timestamptz,
      revoked_at timestamptz
    );

    create table sync.audit_log (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      actor text not null,
      action text not null,
      target text,
      outcome text not null,
      details jsonb
    );
    create index audit_log_by_target on sync.audit_log (target, id);
    create index audit_log_by_age on sync.audit_log using brin (at);

    create table sync.api_ledger (
      id bigint generated always as identity primary key,
      connection_id uuid not null,
      session_id uuid,
      operation text not null,
      module_name text,
      calls integer not null default 1,
      credits numeric(16, 2) not null default 0,
      failed_calls integer not null default 0,
      rate_limited integer not null default 0,
      bytes_received bigint not null default 0,
      bytes_sent bigint not null default 0,
      latency_ms_total bigint not null default 0,
      spent_at timestamptz not null default now(),
      worker text
    );
    create index api_ledger_by_time on sync.api_ledger (connection_id, spent_at);
    create index api_ledger_by_session on sync.api_ledger (session_id) where session_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.api_ledger, sync.audit_log, sync.api_keys');
}

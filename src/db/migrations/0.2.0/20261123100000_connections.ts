import type { Knex } from 'knex';

/** A connection is one Zoho org; its users and the stable map from its field ids to mirror columns belong to it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.connections (
      id uuid primary key,
      name text not null unique check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
      mirror_schema text not null unique,
      data_center text not null,
      accounts_url text not null,
      api_domain text,
      client_id text not null,
      client_secret_encrypted text not null,
      refresh_token_encrypted text,
      access_token_encrypted text,
      access_token_expires_at timestamptz,
      scopes text[] not null default '{}',
      org_id bigint,
      org_time_zone text,
      edition text,
      status text not null default 'active' check (status in ('active', 'needs_reauth', 'disabled')),
      status_reason text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );

    create table sync.crm_users (
      connection_id uuid not null references sync.connections (id),
      id bigint not null,
      full_name text,
      email text,
      status text,
      primary key (connection_id, id)
    );

    create table sync.module_fields (
      connection_id uuid not null references sync.connections (id),
      module_name text not null,
      field_id bigint not null,
      api_name text not null,
      column_name text not null,
      data_type text not null,
      column_type text not null,
      definition jsonb not null,
      ordinal integer not null,
      status text not null default 'active' check (status in ('active', 'no_permission', 'removed')),
      bulk_readable boolean not null default true,
      -- Whether a full sync has ended since the column came: until then equal times do not mean equal rows.
      filled boolean not null default false,
      first_seen_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (connection_id, module_name, field_id),
      unique (connection_id, module_name, column_name)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.module_fields, sync.crm_users, sync.connections');
}

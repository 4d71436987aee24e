import type { Knex } from 'knex';

/** Browser consents on their way, and what keeps the refreshes of a grant within Zoho's limits. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.connections
      -- What the environment said when it was last applied: a grant made since then through the API outlives a restart.
      add column settings_hash bytea,
      -- When the tokens of the last minutes were asked for, oldest first.
      add column token_mints timestamptz[] not null default '{}',
      add column token_gate_until timestamptz,
      add column token_refusals integer not null default 0,
      add column connected_at timestamptz;

    create table sync.authorization_requests (
      id uuid primary key,
      connection_id uuid not null references sync.connections (id) on delete cascade,
      -- SHA-256 of the state's secret part.
      state_hash bytea not null,
      redirect_uri text not null,
      scopes text[] not null,
      requested_by text not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz
    );
    create index authorization_requests_by_expiry on sync.authorization_requests (expires_at);
    create index authorization_requests_by_connection on sync.authorization_requests (connection_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table sync.authorization_requests;
    alter table sync.connections
      drop column settings_hash,
      drop column token_mints,
      drop column token_gate_until,
      drop column token_refusals,
      drop column connected_at;
  `);
}

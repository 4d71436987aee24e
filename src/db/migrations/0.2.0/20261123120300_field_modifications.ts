import type { Knex } from 'knex';

/** Who created or changed which custom field in Zoho, when, and what came of it; kept for good. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.field_modifications (
      id bigint generated always as identity primary key,
      connection_id uuid not null references sync.connections (id) on delete cascade,
      module_name text not null,
      -- Unknown until Zoho has made the field.
      field_id bigint,
      action text not null check (action in ('create', 'update')),
      actor text not null,
      requested_at timestamptz not null default now(),
      settled_at timestamptz,
      -- What was asked for.
      requested jsonb not null,
      -- The field's metadata around the change; null where there was no field or it was not read again.
      before jsonb,
      after jsonb,
      -- Pending is written before the call, so a change that nobody heard back from shows.
      outcome text not null default 'pending' check (outcome in ('pending', 'succeeded', 'refused', 'unknown')),
      error_code text,
      error_message text
    );
    create index field_modifications_by_module on sync.field_modifications (connection_id, module_name, id desc);
    create index field_modifications_by_field on sync.field_modifications (connection_id, field_id, id desc);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.field_modifications');
}

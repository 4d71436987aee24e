import type { Knex } from 'knex';

/**
 * What differs between Zoho's fields and the columns of a mirror, and what became of it. Beside the field as the table
 * has it stands the field as Zoho has it, so that a change which was put off is not forgotten.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.schema_changes (
      id uuid primary key default gen_random_uuid(),
      mirror_id integer not null references sync.mirrors (id),
      field_id bigint,
      kind text not null check (kind in ('field_added', 'field_renamed', 'type_wider', 'type_other', 'field_gone')),
      state text not null
        check (state in ('waiting', 'approved', 'blocked', 'applied', 'rejected', 'withdrawn')),
      -- API name, column and type; null where there is nothing before or after.
      before jsonb,
      after jsonb,
      -- Statements, lock, rewrite, bytes, seconds, dependents: what a person is shown.
      plan jsonb not null,
      detected_by uuid references sync.crm_sync_sessions (id) on delete set null,
      detected_at timestamptz not null default now(),
      decided_by text,
      decided_at timestamptz,
      decision_reason text,
      applied_at timestamptz,
      attempts integer not null default 0,
      next_attempt_at timestamptz,
      -- Why it was not made the last time.
      error text,
      version integer not null default 1
    );
    create unique index schema_changes_one_open on sync.schema_changes (mirror_id, field_id, kind) nulls not distinct
      where state in ('waiting', 'approved', 'blocked');
    create index schema_changes_by_time on sync.schema_changes (detected_at desc, id desc);
    create index schema_changes_of_field on sync.schema_changes (mirror_id, field_id, kind, detected_at desc);
    create index schema_changes_due on sync.schema_changes (next_attempt_at) where state in ('approved', 'blocked');

    alter table sync.module_fields
      drop constraint module_fields_status_check,
      -- The field as Zoho has it, where the table is not like that; null where it is.
      add column wanted jsonb,
      add column former_api_names text[] not null default '{}',
      -- Since when Zoho does not show the field.
      add column hidden_since timestamptz;
    update sync.module_fields set status = 'hidden', hidden_since = updated_at where status <> 'active';
    alter table sync.module_fields add constraint module_fields_status_check
      -- pending: Zoho has the field, and the table has no column for it. hidden: Zoho does not show it, maybe for lack of
      -- a permission. removed: for so long that it is taken for deleted.
      check (status in ('active', 'pending', 'hidden', 'removed'));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from sync.module_fields where status = 'pending';
    alter table sync.module_fields
      drop constraint module_fields_status_check,
      drop column hidden_since, drop column former_api_names, drop column wanted;
    update sync.module_fields set status = 'removed' where status = 'hidden';
    alter table sync.module_fields add constraint module_fields_status_check
      check (status in ('active', 'no_permission', 'removed'));
    drop table sync.schema_changes
  `);
}

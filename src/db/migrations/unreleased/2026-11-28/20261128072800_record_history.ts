import type { Knex } from 'knex';

/**
 * What became of each record and its values, in both directions. Append-only, a partition a month: it grows with the
 * organization, and old months leave whole. The default partition takes rows of a month that has none yet; they move
 * when it gets one. Mirrors are not referenced: they are never deleted, and the check costs a fifth of a row.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.record_history (
      at timestamptz not null default clock_timestamp(),
      id bigint generated always as identity,
      connection_id uuid not null,
      -- sync.mirrors.id
      mirror_id integer not null,
      record_id bigint not null,
      -- From Zoho: created, changed, deleted, restored.
      event text not null,
      direction text not null check (direction in ('from_crm', 'to_crm', 'local')),
      -- Who did it: of changes in Zoho the name of the user in Modified_By, or the id where there is no name.
      actor text,
      -- Role and application of a connection to PostgreSQL that changed the mirror.
      db_user text,
      application text,
      session_id uuid,
      send_id bigint,
      conflict_id uuid,
      -- Zoho's time of the change, or of the delete.
      crm_modified_time timestamptz,
      -- {"<Zoho's id of the field>": {"from": .., "to": ..}}: fields that changed, and no others. A lookup is
      -- {"id": "..", "name": ..}. Fields without from and to are of a session that changed more rows than have values here.
      changes jsonb,
      -- What led to it: sync, notified, manual, verify; silent where Zoho's time did not move. Of a delete, its kind.
      reason text,
      primary key (at, id)
    ) partition by range (at);
    create index record_history_by_record on sync.record_history (mirror_id, record_id, at desc);
    create table sync.record_history_rest partition of sync.record_history default;

    do $$
    declare
      month timestamp := date_trunc('month', now() at time zone 'UTC');
    begin
      for ahead in 0..2 loop
        execute format('create table sync.%I partition of sync.record_history for values from (%L) to (%L)',
          'record_history_' || to_char(month, 'YYYY_MM'), month || ' UTC', (month + interval '1 month') || ' UTC');
        month := month + interval '1 month';
      end loop;
    end $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.record_history');
}

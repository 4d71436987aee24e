import type { Knex } from 'knex';

/**
 * What a comparison of a module with its mirror finds, record by record, and its result. A mirror promises what Zoho
 * showed until its watermark: only where it breaks that has it drifted, all else is what changed meanwhile.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.differences (
      session_id uuid not null references sync.crm_sync_sessions (id) on delete cascade,
      record_id bigint not null,
      mirror_id integer not null references sync.mirrors (id),
      -- missing: the mirror lacks the record. stale: its row is of another time. extra: Zoho does not know the record.
      -- value: the times are the same, and values are not. silent: the same of values that change without the time.
      kind text not null check (kind in ('missing', 'stale', 'extra', 'silent', 'value')),
      zoho_time timestamptz,
      mirror_time timestamptz,
      -- API names.
      fields text[] not null default '{}',
      -- explained: changed since the watermark, so the mirror could not have it yet. held: waits for a person.
      state text not null check (state in ('found', 'repaired', 'explained', 'held', 'failed')),
      found_at timestamptz not null default clock_timestamp(),
      settled_at timestamptz,
      primary key (session_id, record_id)
    );
    create index differences_found on sync.differences (mirror_id, record_id) where state = 'found';

    create table sync.verifications (
      session_id uuid primary key references sync.crm_sync_sessions (id) on delete cascade,
      mirror_id integer not null references sync.mirrors (id),
      depth text not null check (depth in ('values', 'times')),
      -- Whether what differed was repaired.
      repairs boolean not null,
      -- Zoho's time when the comparison began.
      as_of timestamptz not null,
      -- Zoho's time up to which the mirror promised to be right; null if it promised nothing.
      promised_until timestamptz,
      rows_compared bigint not null,
      missing integer not null,
      stale integer not null,
      extra integer not null,
      silent integer not null,
      values integer not null,
      explained integer not null,
      repaired integer not null,
      held integer not null,
      failed integer not null,
      -- Share of the compared rows that broke the promise.
      drift numeric(9, 8) not null,
      credits numeric not null,
      ended_at timestamptz not null default now()
    );
    create index verifications_by_mirror on sync.verifications (mirror_id, ended_at desc);

    alter table sync.mirrors add column last_compared_at timestamptz, add column drift numeric(9, 8);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.mirrors drop column drift, drop column last_compared_at;
    drop table sync.verifications, sync.differences;
  `);
}

import type { Knex } from 'knex';

/** Removals that wait for a person, and the records that they are about. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.approvals (
      id uuid primary key default gen_random_uuid(),
      mirror_id integer not null references sync.mirrors (id),
      kind text not null check (kind in ('mass_delete')),
      state text not null default 'waiting'
        check (state in ('waiting', 'applying', 'applied', 'rejected', 'expired', 'withdrawn')),
      -- What a person is shown: count, rows, percent, sample of ids, source, credits.
      shown jsonb not null,
      -- Of the ids; a decision names what it has seen.
      shown_hash bytea not null,
      -- Session that has shown it last.
      session_id uuid references sync.crm_sync_sessions (id) on delete set null,
      asked_at timestamptz not null default now(),
      expires_at timestamptz not null,
      decided_by text,
      decided_at timestamptz,
      reason text,
      -- When its workflow was started last; null while nobody has.
      started_at timestamptz,
      removed integer,
      version integer not null default 1
    );
    create unique index approvals_one_waiting on sync.approvals (mirror_id, kind) where state = 'waiting';
    create index approvals_by_time on sync.approvals (asked_at desc, id desc);
    create index approvals_waiting on sync.approvals (expires_at) where state = 'waiting';
    create index approvals_applying on sync.approvals (started_at) where state = 'applying';

    -- Records that stay in the mirror although Zoho does not have them: their removal waits, is under way or was
    -- turned down. Whoever reads one of them again takes it out.
    create table sync.held_removals (
      mirror_id integer not null references sync.mirrors (id),
      record_id bigint not null,
      approval_id uuid not null references sync.approvals (id) on delete cascade,
      -- Zoho's time of the delete, or when it was found missing.
      found_at timestamptz not null,
      reason text not null check (reason in ('recycle', 'permanent', 'vanished')),
      primary key (mirror_id, record_id)
    );
    create index held_removals_by_approval on sync.held_removals (approval_id, record_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.held_removals, sync.approvals');
}

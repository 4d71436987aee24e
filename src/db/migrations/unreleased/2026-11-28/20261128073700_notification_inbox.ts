import type { Knex } from 'knex';

/** The records that Zoho has told of and that were not read yet: one row each, however often it told. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.notification_inbox (
      mirror_id integer not null references sync.mirrors (id),
      record_id bigint not null,
      -- What Zoho said last.
      operation text not null check (operation in ('insert', 'update', 'delete')),
      first_received_at timestamptz not null default now(),
      last_received_at timestamptz not null default now(),
      times integer not null default 1,
      attempts integer not null default 0,
      next_attempt_at timestamptz not null default now(),
      primary key (mirror_id, record_id)
    ) with (fillfactor = 50);
    create index notification_inbox_due on sync.notification_inbox (mirror_id, next_attempt_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.notification_inbox');
}

import type { Knex } from 'knex';

/** The channels through which Zoho tells of the changes of a module. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.notification_channels (
      id uuid primary key,
      mirror_id integer not null unique references sync.mirrors (id),
      -- Our number of it at Zoho.
      channel_id bigint not null unique,
      -- SHA-256 of the secrets in its URL and in what Zoho sends; the secrets themselves are not kept.
      path_hash bytea unique,
      token_hash bytea,
      -- The public address, without the secret path.
      notify_base text,
      state text not null check (state in ('wanted', 'subscribing', 'active', 'renewing', 'refused', 'off')),
      -- Why it is in that state, for a person.
      reason text,
      -- All times by our clock.
      expires_at timestamptz,
      renew_at timestamptz,
      subscribed_at timestamptz,
      -- When the receiver was last known to be there for it.
      receiver_alive_at timestamptz,
      last_notification_at timestamptz,
      received bigint not null default 0,
      attempts integer not null default 0,
      -- What changed meanwhile may not have been told: an incremental sync is to be started.
      gap boolean not null default false,
      updated_at timestamptz not null default now()
    ) with (fillfactor = 70)
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sync.notification_channels');
}

import type { Knex } from 'knex';

/**
 * What each connection may spend at Zoho and who is calling it right now. Money survives a crash of the server, calls in
 * flight do not: their tables are unlogged, and rows of theirs are updated in place so that they never grow.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync.credit_accounts (
      connection_id uuid primary key references sync.connections (id) on delete cascade,
      -- Null without a limit.
      daily_credits bigint,
      concurrency integer not null check (concurrency > 0),
      heavy_concurrency integer not null check (heavy_concurrency > 0),
      limits_from text not null check (limits_from in ('assumed', 'edition', 'configured')),
      buffer_percent numeric(5, 2) not null default 10 check (buffer_percent between 0 and 100),
      -- Simultaneous calls after Zoho's last refusal; grows back with time.
      throttled_to integer,
      throttled_at timestamptz,
      -- Credits by priority, and last what others spent; of the running minute and of the whole rolling day.
      minute timestamptz not null,
      minute_spent bigint[] not null default '{0,0,0,0,0,0,0}',
      day_spent bigint[] not null default '{0,0,0,0,0,0,0}',
      -- Credits of all calls ever begun: tells what was begun since a call was.
      begun bigint not null default 0
    ) with (fillfactor = 20);

    create table sync.credit_minutes (
      connection_id uuid not null references sync.credit_accounts (connection_id) on delete cascade,
      minute timestamptz not null,
      spent bigint[] not null,
      primary key (connection_id, minute)
    );

    create table sync.credit_costs (
      connection_id uuid not null references sync.connections (id) on delete cascade,
      operation text not null,
      least_credits integer not null check (least_credits >= 0),
      most_credits integer not null check (most_credits >= least_credits),
      updated_at timestamptz not null default now(),
      primary key (connection_id, operation)
    );

    create table sync.call_rates (
      connection_id uuid not null references sync.connections (id) on delete cascade,
      operation text not null,
      called_at timestamptz[] not null,
      primary key (connection_id, operation)
    );

    -- A process that makes calls; its calls end with it.
    create unlogged table sync.call_holders (
      holder uuid primary key,
      alive_until timestamptz not null
    ) with (fillfactor = 50);

    create unlogged table sync.call_slots (
      connection_id uuid not null,
      slot integer not null,
      -- 'left': the caller gave up waiting; the next call of its priority takes its place in the line.
      state text not null check (state in ('free', 'waiting', 'running', 'left')),
      holder uuid,
      ticket bigint,
      priority smallint,
      heavy boolean,
      credits integer,
      due_at timestamptz,
      kept_until timestamptz,
      began_at timestamptz,
      -- Credits of the calls in flight when this one began, and of all calls ever begun by then.
      credits_ahead bigint,
      begun bigint,
      primary key (connection_id, slot)
    ) with (fillfactor = 30);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table sync.call_slots, sync.call_holders, sync.call_rates, sync.credit_costs, sync.credit_minutes,
      sync.credit_accounts
  `);
}

import type { Knex } from 'knex';

/** How calls to Zoho failed and how long they took, in a form that can be added up over entries and workers. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sync.api_ledger
      -- Failed calls by category, e.g. {"rate_limited": 2}.
      add column failures jsonb not null default '{}',
      -- Calls by latency; the bounds stand in domain/latency-buckets.ts, the last element is what is above them.
      add column latency_buckets integer[] not null default '{}';

    -- From here on each ledger entry is added to its session's row; these are the entries before.
    update sync.crm_sync_sessions session set
      api_calls_made = spent.calls,
      credits_spent = spent.credits,
      rate_limit_hits = spent.rate_limited,
      total_data_transferred_mb = spent.megabytes
    from (
      select session_id, sum(calls) as calls, sum(credits) as credits, sum(rate_limited) as rate_limited,
        sum(bytes_received + bytes_sent) / 1e6 as megabytes
      from sync.api_ledger group by session_id
    ) as spent
    where session.id = spent.session_id;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table sync.api_ledger drop column failures, drop column latency_buckets');
}

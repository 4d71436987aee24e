import type { Knex } from 'knex';
import { noLatencies } from '../../domain/credits/latency-histogram';
import { LEDGER_SUMS, type LedgerSums } from './api-ledger';

/** What the calls of one operation to one org came to. */
export interface CallMetrics extends LedgerSums {
  /** Name of the connection. */
  connection: string;
  operation: string;
  /** Failed calls by category. */
  failures: Readonly<Record<string, number>>;
  /** Calls by latency, as `domain/latency-buckets.ts` has it. */
  latencyBuckets: readonly number[];
}

/** Every operation a session called, in alphabetical order. */
export async function callMetricsOfSession(knex: Knex, sessionId: string): Promise<CallMetrics[]> {
  return readCallMetrics(knex, 'entry.session_id = ?', [sessionId]);
}

/** The last 24 hours, Zoho's accounting period, of every connection. */
export async function callMetricsOfLastDay(knex: Knex): Promise<CallMetrics[]> {
  return readCallMetrics(knex, `entry.spent_at > now() - interval '24 hours'`, []);
}

interface Key {
  connection: string;
  operation: string;
}

async function readCallMetrics(knex: Knex, where: string, bindings: readonly string[]): Promise<CallMetrics[]> {
  const select = <Row>(columns: string, more: string, groups: string) =>
    knex.raw<{ rows: (Key & Row)[] }>(
      `select connection.name as connection, entry.operation, ${columns}
       from sync.connections connection join sync.api_ledger entry on entry.connection_id = connection.id ${more}
       where ${where} group by 1, 2${groups} order by 1, 2`,
      [...bindings],
    );
  const [sums, failures, latencies] = await Promise.all([
    select<LedgerSums>(LEDGER_SUMS, '', ''),
    select<{ category: string; calls: number }>(
      'failure.category, sum(failure.calls::int)::float8 as calls',
      'cross join lateral jsonb_each_text(entry.failures) as failure (category, calls)',
      ', 3',
    ),
    select<{ place: number; calls: number }>(
      'bucket.place::int as place, sum(bucket.calls)::float8 as calls',
      'cross join lateral unnest(entry.latency_buckets) with ordinality as bucket (calls, place)',
      ', 3',
    ),
  ]);
  return sums.rows.map((row) => ({
    ...row,
    failures: Object.fromEntries(failures.rows.filter(isOf(row)).map(({ category, calls }) => [category, calls])),
    latencyBuckets: latencies.rows.filter(isOf(row)).reduce((buckets, { place, calls }) => {
      buckets[place - 1] = calls;
      return buckets;
    }, noLatencies()),
  }));
}

function isOf(key: Key): (row: Key) => boolean {
  return (row) => row.connection === key.connection && row.operation === key.operation;
}

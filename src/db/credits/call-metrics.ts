import type { Knex } from 'knex';
import { noLatencies } from '../../domain/credits/latency-histogram';
import { LEDGER_SUMS, type LedgerSums } from './api-ledger';

/** Metrics of the calls of one operation to one organization. */
export interface OperationCallMetrics extends LedgerSums {
  /** Name of the connection. */
  connection: string;
  operation: string;
  /** Failed calls by category. */
  failures: Readonly<Record<string, number>>;
  /** Calls by latency, with the bounds of `domain/credits/latency-histogram.ts`. */
  latencyBuckets: readonly number[];
}

/** Metrics of a session, by operation in alphabetical order. */
export async function callMetricsOfSession(knex: Knex, sessionId: string): Promise<OperationCallMetrics[]> {
  return readCallMetrics(knex, 'entry.session_id = ?', [sessionId]);
}

/** Metrics of every connection for the last 24 hours, Zoho's accounting period. */
export async function callMetricsOfLastDay(knex: Knex): Promise<OperationCallMetrics[]> {
  return readCallMetrics(knex, `entry.spent_at > now() - interval '24 hours'`, []);
}

interface Key {
  connection: string;
  operation: string;
}

async function readCallMetrics(
  knex: Knex,
  where: string,
  bindings: readonly string[],
): Promise<OperationCallMetrics[]> {
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
    select<{ position: number; calls: number }>(
      'bucket.position::int as position, sum(bucket.calls)::float8 as calls',
      'cross join lateral unnest(entry.latency_buckets) with ordinality as bucket (calls, position)',
      ', 3',
    ),
  ]);
  return sums.rows.map((row) => ({
    ...row,
    failures: Object.fromEntries(failures.rows.filter(isOf(row)).map(({ category, calls }) => [category, calls])),
    latencyBuckets: latencies.rows.filter(isOf(row)).reduce((buckets, { position, calls }) => {
      buckets[position - 1] = calls;
      return buckets;
    }, noLatencies()),
  }));
}

function isOf(key: Key): (row: Key) => boolean {
  return (row) => row.connection === key.connection && row.operation === key.operation;
}

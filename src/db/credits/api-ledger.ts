import type { Knex } from 'knex';
import { toJsonb } from '../postgres/json';

/** Calls of one operation since the last entry. */
export interface LedgerEntry {
  connectionId: string;
  sessionId?: string;
  operation: string;
  module?: string;
  calls: number;
  /** By Zoho's price list; failed calls cost too. */
  credits: number;
  failedCalls: number;
  rateLimited: number;
  bytesReceived: number;
  bytesSent: number;
  latencyMsTotal: number;
  /** Failed calls by category. @default none */
  failures?: Readonly<Record<string, number>>;
  /** Calls by latency, with the bounds of `domain/credits/latency-histogram.ts`. @default none */
  latencyBuckets?: readonly number[];
  /** ISO time; PostgreSQL's clock when absent. */
  spentAt?: string;
  worker?: string;
}

export interface LedgerSums {
  calls: number;
  credits: number;
  failedCalls: number;
  rateLimited: number;
  bytesReceived: number;
  bytesSent: number;
  latencyMsTotal: number;
}

/** Sums of a selection of the ledger, as `LedgerSums` names them. */
export const LEDGER_SUMS = `
  coalesce(sum(calls), 0)::float8 as "calls",
  coalesce(sum(credits), 0)::float8 as "credits",
  coalesce(sum(failed_calls), 0)::float8 as "failedCalls",
  coalesce(sum(rate_limited), 0)::float8 as "rateLimited",
  coalesce(sum(bytes_received), 0)::float8 as "bytesReceived",
  coalesce(sum(bytes_sent), 0)::float8 as "bytesSent",
  coalesce(sum(latency_ms_total), 0)::float8 as "latencyMsTotal"`;

/**
 * Adds entries to the ledger, and to the sums in the rows of their sessions, which outlive the ledger's entries.
 * Not idempotent: a call made twice costs twice.
 */
export async function insertLedgerEntries(knex: Knex, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await knex.raw(
    `with added as (
       insert into sync.api_ledger (connection_id, session_id, operation, module_name, calls, credits, failed_calls,
         rate_limited, bytes_received, bytes_sent, latency_ms_total, failures, latency_buckets, spent_at, worker)
       select entry."connectionId", entry."sessionId", entry.operation, entry.module, entry.calls, entry.credits,
         entry."failedCalls", entry."rateLimited", entry."bytesReceived", entry."bytesSent",
         round(entry."latencyMsTotal"), coalesce(entry.failures, '{}'), coalesce(entry."latencyBuckets", '{}'),
         coalesce(entry."spentAt", now()), entry.worker
       from jsonb_to_recordset(?::jsonb) as entry ("connectionId" uuid, "sessionId" uuid, operation text, module text,
         calls int, credits numeric, "failedCalls" int, "rateLimited" int, "bytesReceived" bigint, "bytesSent" bigint,
         "latencyMsTotal" numeric, failures jsonb, "latencyBuckets" int[], "spentAt" timestamptz, worker text)
       returning session_id, calls, credits, rate_limited, bytes_received, bytes_sent
     )
     update sync.crm_sync_sessions session set
       api_calls_made = session.api_calls_made + spent.calls,
       credits_spent = session.credits_spent + spent.credits,
       rate_limit_hits = session.rate_limit_hits + spent.rate_limited,
       total_data_transferred_mb = session.total_data_transferred_mb + spent.megabytes
     from (
       select session_id, sum(calls) as calls, sum(credits) as credits, sum(rate_limited) as rate_limited,
         sum(bytes_received + bytes_sent) / 1e6 as megabytes
       from added group by session_id
     ) as spent
     where session.id = spent.session_id`,
    [toJsonb(entries)],
  );
}

/** Sums of calls by session id. Sessions without a call are absent. */
export async function sumLedgerBySession(
  knex: Knex,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, LedgerSums>> {
  const answer = await knex.raw<{ rows: (LedgerSums & { sessionId: string })[] }>(
    `select session_id as "sessionId", ${LEDGER_SUMS} from sync.api_ledger where session_id = any(?::uuid[]) group by session_id`,
    [[...sessionIds]],
  );
  return new Map(answer.rows.map(({ sessionId, ...sums }) => [sessionId, sums]));
}

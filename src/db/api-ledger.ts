import type { Knex } from 'knex';
import { toJsonb } from './json';

/** Calls of one operation that were made since the last entry. */
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

const SUMS = `
  coalesce(sum(calls), 0)::float8 as "calls",
  coalesce(sum(credits), 0)::float8 as "credits",
  coalesce(sum(failed_calls), 0)::float8 as "failedCalls",
  coalesce(sum(rate_limited), 0)::float8 as "rateLimited",
  coalesce(sum(bytes_received), 0)::float8 as "bytesReceived",
  coalesce(sum(bytes_sent), 0)::float8 as "bytesSent",
  coalesce(sum(latency_ms_total), 0)::float8 as "latencyMsTotal"`;

/** Adds entries to the ledger. Not idempotent: a call that was made twice is paid twice. */
export async function insertLedgerEntries(knex: Knex, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await knex.raw(
    `insert into sync.api_ledger (connection_id, session_id, operation, module_name, calls, credits, failed_calls,
       rate_limited, bytes_received, bytes_sent, latency_ms_total, spent_at, worker)
     select entry."connectionId", entry."sessionId", entry.operation, entry.module, entry.calls, entry.credits,
       entry."failedCalls", entry."rateLimited", entry."bytesReceived", entry."bytesSent",
       round(entry."latencyMsTotal"), coalesce(entry."spentAt", now()), entry.worker
     from jsonb_to_recordset(?::jsonb) as entry ("connectionId" uuid, "sessionId" uuid, operation text, module text,
       calls int, credits numeric, "failedCalls" int, "rateLimited" int, "bytesReceived" bigint, "bytesSent" bigint,
       "latencyMsTotal" numeric, "spentAt" timestamptz, worker text)`,
    [toJsonb(entries)],
  );
}

/** What a connection spent since a moment; for Zoho's rolling day: 24 hours ago. */
export async function sumLedgerSince(knex: Knex, connectionId: string, since: Date): Promise<LedgerSums> {
  const answer = await knex.raw<{ rows: [LedgerSums] }>(
    `select ${SUMS} from sync.api_ledger where connection_id = ? and spent_at > ?`,
    [connectionId, since],
  );
  return answer.rows[0];
}

/** What each session spent, by its id. Sessions without a call are absent. */
export async function sumLedgerBySession(
  knex: Knex,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, LedgerSums>> {
  const answer = await knex.raw<{ rows: (LedgerSums & { sessionId: string })[] }>(
    `select session_id as "sessionId", ${SUMS} from sync.api_ledger where session_id = any(?::uuid[]) group by session_id`,
    [[...sessionIds]],
  );
  return new Map(answer.rows.map(({ sessionId, ...sums }) => [sessionId, sums]));
}

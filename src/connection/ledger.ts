import type { LedgerEntry } from '../db/credits/api-ledger';
import { countLatency, noLatencies } from '../domain/credits/latency-histogram';
import type { ZohoCall } from '../zoho/http/call-report';

/** Name of the control API in the ledger, among the engine's parts. */
export const API_WORKER = 'control-api';

/** The origin of calls, as the ledger keeps it. */
export interface CallPayer {
  connectionId: string;
  /** Session or bulk operation; absent for calls outside of a run. */
  runId?: string | undefined;
  /** The part of the engine that made them: a task queue, or the control API. */
  worker: string;
}

type CountedEntry = LedgerEntry & { failures: Record<string, number>; latencyBuckets: number[] };

/** Sums up calls for the ledger: one entry for each operation and module. */
export function ledgerEntries({ connectionId, runId, worker }: CallPayer, calls: readonly ZohoCall[]): LedgerEntry[] {
  const entries = new Map<string, CountedEntry>();
  for (const call of calls) {
    const key = `${call.operation} ${call.module ?? ''}`;
    const entry: CountedEntry = entries.get(key) ?? {
      connectionId,
      ...(runId !== undefined && { sessionId: runId }),
      operation: call.operation,
      ...(call.module !== undefined && { module: call.module }),
      calls: 0,
      credits: 0,
      failedCalls: 0,
      rateLimited: 0,
      bytesReceived: 0,
      bytesSent: 0,
      latencyMsTotal: 0,
      failures: {},
      latencyBuckets: noLatencies(),
      worker,
    };
    entry.calls += 1;
    entry.credits += call.credits;
    entry.failedCalls += call.failure ? 1 : 0;
    entry.rateLimited += call.failure === 'rate_limited' ? 1 : 0;
    entry.bytesReceived += call.bytesReceived;
    entry.bytesSent += call.bytesSent;
    entry.latencyMsTotal += call.latencyMs;
    if (call.failure) entry.failures[call.failure] = (entry.failures[call.failure] ?? 0) + 1;
    countLatency(entry.latencyBuckets, call.latencyMs);
    entries.set(key, entry);
  }
  return [...entries.values()];
}

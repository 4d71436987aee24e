import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ledgerEntries } from '../connection/ledger-entries';
import { insertLedgerEntries } from '../db/credits/api-ledger';
import { findSessionType } from '../db/sessions/sessions';
import { type CallPriority, priorityOfSession } from '../domain/credits/priorities';
import type { SyncTarget } from '../temporal/contract/targets';
import type { ZohoCall } from '../zoho/http/observer';
import type { CallOptions, ZohoTransport } from '../zoho/http/transport';
import type { ActivityDependencies } from './dependencies';
import { withHeartbeats } from './heartbeats';

/** What an activity uses to call Zoho: the calls are cancelled with the activity and paid into the ledger. */
export interface ZohoWork {
  transport: ZohoTransport;
  signal: AbortSignal;
  options: CallOptions;
  /** Mean latency of the calls so far, in milliseconds. */
  meanLatencyMs(): number;
  /** What the Temporal UI shows of the running attempt. */
  report(doing: object): void;
}

/**
 * Runs work that calls Zoho. It heartbeats for as long as it runs, which is also what brings a cancellation; and
 * whatever happens to it, what its calls cost is in the ledger afterwards.
 * @param priority of its calls; that of the session's type without it
 */
export async function withZoho<T>(
  deps: ActivityDependencies,
  target: Pick<SyncTarget, 'connectionId' | 'sessionId'>,
  work: (zoho: ZohoWork) => Promise<T>,
  priority?: CallPriority,
): Promise<T> {
  const calls: ZohoCall[] = [];
  let doing: object = {};
  const signal = cancellationSignal();
  const zoho: ZohoWork = {
    signal,
    report: (details) => (doing = details),
    transport: deps.zoho.transport(target.connectionId),
    options: {
      signal,
      observer: (call) => calls.push(call),
      priority: priority ?? (await priorityOf(deps, target.sessionId)),
    },
    meanLatencyMs: () => calls.reduce((sum, call) => sum + call.latencyMs, 0) / Math.max(1, calls.length),
  };
  try {
    return await withHeartbeats(
      () => ({ ...doing, calls: calls.length }),
      () => work(zoho),
    );
  } finally {
    const payer = { ...target, worker: activityInfo().taskQueue };
    await insertLedgerEntries(deps.knex, ledgerEntries(payer, calls)).catch((error: unknown) => {
      deps.logger.error({ err: error, calls: calls.length }, 'The cost of calls to Zoho could not be written down.');
    });
  }
}

async function priorityOf(deps: ActivityDependencies, sessionId: string): Promise<CallPriority | undefined> {
  const sessionType = await findSessionType(deps.knex, sessionId);
  return sessionType && priorityOfSession(sessionType);
}

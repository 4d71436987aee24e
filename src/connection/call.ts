import type { Knex } from 'knex';
import { insertLedgerEntries } from '../db/credits/api-ledger';
import type { CallPriority } from '../domain/credits/priorities';
import type { Logger } from '../logger';
import type { ZohoCall } from '../zoho/http/call-report';
import type { AccessToken, CallOptions, ZohoTransport } from '../zoho/http/transport';
import { ledgerEntries } from './ledger';
import { StartedCalls } from './started-calls';
import type { ZohoTransports } from './transports';

/** Dependencies of every call to an organization; one set per process. */
export interface Organizations {
  readonly knex: Knex;
  readonly zoho: ZohoTransports;
  readonly logger: Logger;
}

/** On whose behalf calls are made. */
export interface Caller {
  /** The session or bulk operation the ledger charges; absent for calls outside of a run. */
  runId?: string | undefined;
  /** Absent: the broker's default. */
  priority?: CallPriority | undefined;
  /** Longest wait of a call for leave to be made, in milliseconds. Absent: the broker's default. */
  giveUpAfterMs?: number | undefined;
  /** The part of the engine the ledger names: a task queue, or the control API. */
  worker: string;
  /** Aborting cancels the call in flight. */
  signal?: AbortSignal | undefined;
  /** A token the connection has not stored yet, such as one whose grant is still being checked. */
  token?: AccessToken | undefined;
}

/** The means to call an organization, handed to the work for as long as it runs. */
export interface ZohoCalls {
  readonly transport: ZohoTransport;
  /**
   * To be passed with every call: they carry the priority, the signal and the ledger's observer. Their signal aborts,
   * too, when the work ends: without it, a call still in flight then is waited for.
   */
  readonly options: CallOptions;
  /** The calls made so far, failed ones included. */
  readonly calls: readonly ZohoCall[];
}

/**
 * Repeats calls once if they met nothing but an access token that Zoho no longer accepts: nothing was done by them yet.
 * What surrounds them, such as a row that says they are coming, is not repeated.
 */
export async function retryExpired<T>({ calls }: Pick<ZohoCalls, 'calls'>, work: () => Promise<T>): Promise<T> {
  const before = calls.length;
  try {
    return await work();
  } catch (error) {
    const made = calls.slice(before);
    if (made.length === 0 || made.some(({ failure }) => failure !== 'auth_expired')) throw error;
    return work();
  }
}

/**
 * Calls a Zoho organization: one transport, the broker's permit for every call, every call in the ledger whatever
 * happens. Nothing else in the product makes a call.
 *
 * Work that ends while calls of its are in flight, such as the others of a `Promise.all` of which one failed, leaves
 * them aborted: their cost is known before the ledger is written, and none can begin afterwards.
 *
 * @throws ZohoError and whatever else `work` throws; a ledger that cannot be written is logged and changes nothing
 */
export async function callOrganization<T>(
  { knex, zoho, logger }: Organizations,
  connectionId: string,
  caller: Caller,
  work: (zoho: ZohoCalls) => Promise<T>,
): Promise<T> {
  const { runId, priority, giveUpAfterMs, worker, signal, token } = caller;
  const calls: ZohoCall[] = [];
  const started = new StartedCalls(signal);
  const options: CallOptions = {
    priority,
    giveUpAfterMs,
    signal: started.signal,
    observer: (call) => calls.push(call),
    onStart: (call) => started.add(call),
  };
  const transport = token ? zoho.withToken(connectionId, token) : zoho.transport(connectionId);
  try {
    return await work({ transport, options, calls });
  } finally {
    await started.end();
    const entries = ledgerEntries({ connectionId, runId, worker }, calls);
    await insertLedgerEntries(knex, entries).catch((error: unknown) => {
      logger.error(
        { err: error, calls: calls.length },
        'The cost of calls to Zoho could not be written to the ledger.',
      );
    });
    if (token) await transport.close();
  }
}

import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { type CallRequest, type CallRelease, type Decision, admitCalls } from '../../../src/db/credits/admit-calls';
import { saveApiLimits } from '../../../src/db/credits/api-limits';
import type { ApiLimits } from '../../../src/domain/credits/edition-limits';
import { type CallPriority, MAX_WAIT_MS } from '../../../src/domain/credits/priorities';
import { someConnection } from '../support';

const LEASE_MS = 60_000;

/** One process that calls one connection, with the tickets of its calls. */
export class Caller {
  readonly owner = randomUUID();
  #tickets = 0;
  readonly knex: Knex;
  readonly connectionId: string;
  readonly leaseMs: number;

  constructor(knex: Knex, connectionId: string, leaseMs = LEASE_MS) {
    this.knex = knex;
    this.connectionId = connectionId;
    this.leaseMs = leaseMs;
  }

  /** A request that was not sent yet. */
  call(priority: CallPriority, rest: Partial<CallRequest> = {}): CallRequest {
    this.#tickets += 1;
    return {
      ticket: this.#tickets,
      operation: 'list_records',
      priority,
      heavy: false,
      credits: 1,
      maxWaitMs: MAX_WAIT_MS[priority],
      ...rest,
    };
  }

  async exchange(requests: readonly CallRequest[] = [], releases: readonly CallRelease[] = []): Promise<Decision[]> {
    const { connectionId, owner, leaseMs } = this;
    return admitCalls(this.knex, { connectionId, owner, leaseMs, requests, releases });
  }

  /** Requests calls, and returns the tickets that are admitted now. */
  async request(...requests: CallRequest[]): Promise<number[]> {
    return admitted(await this.exchange(requests));
  }

  /** Releases calls that were made, and returns the tickets that are admitted now. */
  async release(tickets: readonly number[], rest: Partial<CallRelease> = {}): Promise<number[]> {
    return admitted(
      await this.exchange(
        [],
        tickets.map((ticket) => ({ ticket, sent: true, ...rest })),
      ),
    );
  }
}

/** The admitted tickets, in their order. */
export function admitted(decisions: readonly Decision[]): number[] {
  return decisions
    .filter(({ outcome }) => outcome === 'admitted')
    .map(({ ticket }) => ticket)
    .sort((a, b) => a - b);
}

/** A connection with these limits and nothing spent. */
export async function limitedConnection(knex: Knex, limits: Partial<ApiLimits> = {}): Promise<string> {
  const { id } = await someConnection(knex);
  const all = { dailyCredits: 10_000, concurrency: 20, heavyConcurrency: 10, ...limits };
  await saveApiLimits(knex, id, all, 'edition');
  return id;
}

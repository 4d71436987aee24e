import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { type Arrival, type Departure, type Standing, takeTurn } from '../../../src/db/credits/admit-calls';
import { saveApiLimits } from '../../../src/db/credits/api-limits';
import type { ApiLimits } from '../../../src/domain/credits/edition-limits';
import { type CallPriority, PATIENCE_MS } from '../../../src/domain/credits/priorities';
import { someConnection } from '../support';

const TIME_TO_LIVE_MS = 60_000;

/** One process at one connection: hands in turns and tells which tickets run. */
export class Caller {
  readonly holder = randomUUID();
  #tickets = 0;
  readonly knex: Knex;
  readonly connectionId: string;
  readonly timeToLiveMs: number;

  constructor(knex: Knex, connectionId: string, timeToLiveMs = TIME_TO_LIVE_MS) {
    this.knex = knex;
    this.connectionId = connectionId;
    this.timeToLiveMs = timeToLiveMs;
  }

  /** A call that has not arrived yet. */
  call(priority: CallPriority, rest: Partial<Arrival> = {}): Arrival {
    this.#tickets += 1;
    return {
      ticket: this.#tickets,
      operation: 'list_records',
      priority,
      heavy: false,
      credits: 1,
      patienceMs: PATIENCE_MS[priority],
      ...rest,
    };
  }

  async turn(arrivals: readonly Arrival[] = [], departures: readonly Departure[] = []): Promise<Standing[]> {
    const { connectionId, holder, timeToLiveMs } = this;
    return takeTurn(this.knex, { connectionId, holder, timeToLiveMs, arrivals, departures });
  }

  /** Hands in arrivals; tells the tickets that run now. */
  async arrive(...arrivals: Arrival[]): Promise<number[]> {
    return running(await this.turn(arrivals));
  }

  /** Ends calls that were made; tells the tickets that run now. */
  async leave(tickets: readonly number[], rest: Partial<Departure> = {}): Promise<number[]> {
    return running(
      await this.turn(
        [],
        tickets.map((ticket) => ({ ticket, sent: true, ...rest })),
      ),
    );
  }
}

/** The tickets that run, in their order. */
export function running(standings: readonly Standing[]): number[] {
  return standings
    .filter(({ outcome }) => outcome === 'running')
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

import type { Knex } from 'knex';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { readCreditWindow } from '../../db/credits/credit-window';
import { Problem } from '../http/problem';

/** Part of the credits of a day that one viewer key may spend in an hour: a few keys together leave most to the syncs. */
const HOURLY_SHARE = 0.01;
/** Credits that a key may spend in any case: a small edition can be read, too. */
const LEAST_CREDITS = 100;
const HOUR_SECONDS = 3_600;

/** Credits that one viewer may still spend. */
export interface ReaderCredits {
  /** @throws Problem `credit_share_spent` with the time until more are there */
  assertLeft(connectionId: string): Promise<void>;
  /** Counts what calls have cost. */
  spend(connectionId: string, credits: number): Promise<void>;
}

/**
 * Bounds what callers who may only read spend of the organization's credits, by key and connection: their calls are the
 * most urgent, so they would be paid before any sync. Calls under way when the last credit goes are still made. Each
 * process of the API counts for itself, from the first call of an hour on.
 */
export class ReaderCreditShares {
  readonly #spent = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: HOUR_SECONDS });
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** @param keyId of the viewer's API key */
  of(keyId: string): ReaderCredits {
    const counter = (connectionId: string): string => `${keyId} ${connectionId}`;
    return {
      assertLeft: async (connectionId) => {
        const spent = await this.#spent.get(counter(connectionId));
        if (spent === null || spent.consumedPoints < LEAST_CREDITS) return;
        const account = await readCreditWindow(this.#knex, connectionId);
        const usable = account?.window.usable ?? null;
        if (usable === null) return;
        const share = Math.max(LEAST_CREDITS, Math.floor(usable * HOURLY_SHARE));
        if (spent.consumedPoints >= share) throw shareSpent(share, spent.msBeforeNext);
      },
      spend: async (connectionId, credits) => {
        if (credits > 0) await this.#spent.penalty(counter(connectionId), credits);
      },
    };
  }
}

function shareSpent(share: number, waitMs: number): Problem {
  const most = share.toLocaleString('en-US');
  return new Problem(
    'credit_share_spent',
    `This key has the role viewer, which may spend ${most} credits of the organization an hour. Wait, or use a key of the role operator.`,
    { headers: { 'Retry-After': String(Math.ceil(waitMs / 1_000)) } },
  );
}

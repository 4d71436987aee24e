import { isIPv6 } from 'node:net';
import type { Knex } from 'knex';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { listKeyPrefixes, prefixOfKey } from '../../db/access/api-keys';
import { Problem } from './problem';
import { shareRecent } from './share-recent';

const WINDOW_SECONDS = 60;
/** Age of the list of keys by which unknown keys are told without a query each. */
const KEYS_MAX_AGE_MS = 1_000;

/** Refusal of a request for the limit of its address; of a flood of them the first alone is worth a line of the log. */
export class TooManyRequests extends Problem {
  readonly isFirst: boolean;

  constructor({ msBeforeNext, consumedPoints }: RateLimiterRes, limit: number) {
    const headers = { 'Retry-After': String(Math.ceil(msBeforeNext / 1_000)) };
    super('too_many_requests', 'This address has sent too many requests without a valid API key.', { headers });
    this.isFirst = consumedPoints === limit + 1;
  }
}

/**
 * Limit by address for callers without a valid API key, so that they cost neither queries nor lines of the log without
 * end. A caller with a valid key passes from any address: a gateway has one for all who come through it.
 */
export class CallerLimit {
  readonly #limiter: RateLimiterMemory;
  readonly #prefixes: () => Promise<ReadonlySet<string>>;

  /** @param requests that one address may send in a minute */
  constructor(knex: Knex, requests: number) {
    this.#limiter = new RateLimiterMemory({ points: requests, duration: WINDOW_SECONDS });
    this.#prefixes = shareRecent(() => listKeyPrefixes(knex), KEYS_MAX_AGE_MS);
  }

  /** Counts a request without a valid key. @throws TooManyRequests beyond the limit */
  async count(address: string | undefined): Promise<void> {
    await this.#limiter.consume(networkOf(address)).catch((reason: RateLimiterRes) => {
      throw new TooManyRequests(reason, this.#limiter.points);
    });
  }

  /** Lets a request with a key pass whose address is within the limit, or whose key may be one of ours. */
  async admitKey(address: string | undefined, key: string): Promise<void> {
    const used = await this.#limiter.get(networkOf(address));
    if (used === null || used.consumedPoints < this.#limiter.points) return;
    const prefix = prefixOfKey(key);
    if (prefix === undefined || !(await this.#prefixes()).has(prefix)) await this.count(address);
  }
}

/** Address that counts: one line has a whole /64 of IPv6. */
function networkOf(address = ''): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const after = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length;
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4).join(':');
}

import { ownValue } from '../own-value';
import { LIMITS } from '../zoho-limits';

/** Zoho's limits for one organization (Zoho's documentation: API Limits). */
export interface ApiLimits {
  /** Credits of a rolling day; null without a limit. */
  dailyCredits: number | null;
  /** Simultaneous calls of one client id. */
  concurrency: number;
  /** Simultaneous heavy calls, included in these: large writes, COQL, search, sorted or filtered lists. */
  heavyConcurrency: number;
}

interface Edition {
  base: number;
  perUser: number;
  most: number;
  concurrency: number;
}

const FREE: Edition = { base: 5_000, perUser: 0, most: 5_000, concurrency: 5 };
const STANDARD: Edition = { base: 50_000, perUser: 250, most: 100_000, concurrency: 10 };
const PROFESSIONAL: Edition = { base: 50_000, perUser: 500, most: 3_000_000, concurrency: 15 };
const ENTERPRISE: Edition = { base: 50_000, perUser: 1_000, most: 5_000_000, concurrency: 20 };
const ULTIMATE: Edition = { base: 50_000, perUser: 2_000, most: Infinity, concurrency: 25 };

/** Editions by the name in the organization's license, in lower case and without separators. */
const EDITIONS: Readonly<Record<string, Edition>> = {
  free: FREE,
  standard: STANDARD,
  starter: STANDARD,
  professional: PROFESSIONAL,
  enterprise: ENTERPRISE,
  zohoone: ENTERPRISE,
  ultimate: ULTIMATE,
  crmplus: ULTIMATE,
};

/** Limits assumed until the edition is known: the smallest edition's. */
export const ASSUMED_LIMITS: ApiLimits = limitsOf(FREE, 0);

/**
 * Limits of an edition with its user licenses. Add-ons are not included, since Zoho's API does not report them; the
 * header with the remaining credits corrects the account.
 *
 * @param edition `paid_type` of the organization's license; an unknown one counts as the free edition.
 */
export function limitsOfEdition(edition: string | null, userLicenses: number | null): ApiLimits {
  return limitsOf(findEdition(edition) ?? FREE, userLicenses ?? 0);
}

/** Whether an edition has limits of its own here. */
export function isKnownEdition(edition: string | null): boolean {
  return findEdition(edition) !== undefined;
}

function findEdition(edition: string | null): Edition | undefined {
  return ownValue(EDITIONS, (edition ?? '').toLowerCase().replaceAll(/[^a-z]/g, ''));
}

function limitsOf({ base, perUser, most, concurrency }: Edition, users: number): ApiLimits {
  return { dailyCredits: Math.min(base + perUser * users, most), concurrency, heavyConcurrency: LIMITS.heavyCalls };
}

/** Time after which one more simultaneous call is allowed again following a refusal, up to the limit, in milliseconds. */
export const CONCURRENCY_RECOVERY_MS = 5_000;

/** Calls that Zoho limits by time, beside credits and concurrency (Zoho's documentation: Bulk Read, Download Result). */
export const CALL_RATES: Readonly<Record<string, CallRate | undefined>> = {
  download_bulk_read_result: { calls: 10, perMs: 60_000 },
  download_bulk_write_result: { calls: 10, perMs: 60_000 },
};

export interface CallRate {
  calls: number;
  perMs: number;
}

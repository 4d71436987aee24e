export const EDITIONS = ['free', 'standard', 'professional', 'enterprise', 'ultimate'] as const;
export type Edition = (typeof EDITIONS)[number];

interface EditionLimits {
  readonly baseCredits: number;
  readonly creditsPerUser: number;
  readonly maximumCredits: number;
  readonly concurrency: number;
}

/** Credits a rolling day and simultaneous calls (API Limits). */
const LIMITS: Readonly<Record<Edition, EditionLimits>> = {
  free: { baseCredits: 5_000, creditsPerUser: 0, maximumCredits: 5_000, concurrency: 5 },
  standard: { baseCredits: 50_000, creditsPerUser: 250, maximumCredits: 100_000, concurrency: 10 },
  professional: { baseCredits: 50_000, creditsPerUser: 500, maximumCredits: 3_000_000, concurrency: 15 },
  enterprise: { baseCredits: 50_000, creditsPerUser: 1_000, maximumCredits: 5_000_000, concurrency: 20 },
  ultimate: { baseCredits: 50_000, creditsPerUser: 2_000, maximumCredits: Infinity, concurrency: 25 },
};

export function dailyCredits(edition: Edition, users: number): number {
  const { baseCredits, creditsPerUser, maximumCredits } = LIMITS[edition];
  return Math.min(baseCredits + creditsPerUser * users, maximumCredits);
}

export function concurrencyOf(edition: Edition): number {
  return LIMITS[edition].concurrency;
}

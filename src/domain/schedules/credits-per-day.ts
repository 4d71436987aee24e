import type { ConfigurationSettings, VerifyInterval } from '../configurations/configuration';

const MINUTES_PER_DAY = 1_440;
/** Credits of an incremental sync that finds nothing, of a module that has none to measure yet. */
export const IDLE_INCREMENTAL_CREDITS = 7;

const VERIFICATIONS_PER_DAY: Readonly<Record<VerifyInterval, number>> = {
  never: 0,
  nightly: 1,
  weekly: 1 / 7,
  monthly: 1 / 30,
};

/** Credits that one sync of the module takes. */
export interface CreditsOfSyncs {
  incremental: number;
  /** Null while none has completed: what it takes is not known. */
  full: number | null;
}

/** Credits that a module takes on an average day. */
export interface CreditsPerDay {
  incremental: number;
  /** Null where a full sync is due at night and none has completed yet. */
  nightly: number | null;
  total: number;
}

/** Estimates what the clock spends on a module. A night that compares every value does so instead of its usual work. */
export function creditsPerDay(
  { isActive, syncFrequencyMinutes, nightly, verifyEvery }: ConfigurationSettings,
  credits: CreditsOfSyncs,
): CreditsPerDay {
  if (!isActive) return { incremental: 0, nightly: 0, total: 0 };
  const incremental = (MINUTES_PER_DAY / syncFrequencyMinutes) * credits.incremental;
  const verifications = VERIFICATIONS_PER_DAY[verifyEvery];
  const comparisons = verifications + (nightly === 'compare' ? 1 - verifications : 0);
  const changes = nightly === 'incremental' ? (1 - verifications) * credits.incremental : 0;
  const atNight = comparisons === 0 ? changes : credits.full === null ? null : comparisons * credits.full + changes;
  return { incremental, nightly: atNight, total: incremental + (atNight ?? 0) };
}

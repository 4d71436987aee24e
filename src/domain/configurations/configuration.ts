import type { ConflictStrategy } from '../runs/enums';

/** Work of the night on a module: none, reading its changes, or comparing it with Zoho by times of modification. */
export const NIGHTLY_DEPTHS = ['none', 'incremental', 'compare'] as const;
export type NightlyDepth = (typeof NIGHTLY_DEPTHS)[number];

/** Intervals at which a night compares every value of a module, in place of what it does otherwise. */
export const VERIFY_INTERVALS = ['never', 'nightly', 'weekly', 'monthly'] as const;
export type VerifyInterval = (typeof VERIFY_INTERVALS)[number];

/** Settings of how a module is synced. Names of fields are Zoho's. */
export interface ConfigurationSettings {
  isActive: boolean;
  syncFrequencyMinutes: number;
  batchSize: number;
  /** Columns by field. */
  fieldMappings: Readonly<Record<string, string>>;
  requiredFields: readonly string[];
  readonlyFields: readonly string[];
  /** Fields whose columns the mirror indexes, besides the lookups to modules. */
  indexedFields: readonly string[];
  defaultConflictResolution: ConflictStrategy;
  fieldSpecificResolutions: Readonly<Record<string, ConflictStrategy>>;
  /** Rules by field. */
  validationRules: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;
  /** Least share, 0 to 1, by what is measured. */
  qualityThresholds: Readonly<Record<string, number>>;
  /** Per cent of the day's credits that stay free. */
  rateLimitBuffer: number;
  maxConcurrentOperations: number;
  timeoutSeconds: number;
  alertOnFailures: boolean;
  failureThresholdPercentage: number;
  nightly: NightlyDepth;
  verifyEvery: VerifyInterval;
  jitterSeconds: number;
  /** Most minutes by which a missed sync begins late; null: those to the next one, at least ten. */
  catchUpMinutes: number | null;
  lookBackHours: number;
  countEveryMinutes: number;
  /** Sessions in a row; 0: never. */
  pauseAfterFailures: number;
}

/** Zoho's Free edition has few credits a day. */
const FREQUENCY_MINUTES = { free: 60, others: 15 } as const;

/** Minutes between incremental syncs where nobody says otherwise. @param edition as Zoho names it; null: not known */
export function usualFrequency(edition: string | null): number {
  return edition?.toLowerCase() === 'free' ? FREQUENCY_MINUTES.free : FREQUENCY_MINUTES.others;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Bounds within which a failure is tried again. */
export interface RetryRule {
  /** For tables that people read. */
  readonly text: string;
  /** Failures of one kind after which an activity gives up, however short they took. */
  readonly attempts?: number;
  /** Time since the first failure of the kind after which it gives up, in milliseconds. */
  readonly forMs?: number;
  /** Something is waited for: nothing is wrong while it lasts. */
  readonly isWait?: boolean;
}

/**
 * The rules that kinds of failures name. Bounds are of time, since a deploy consumes an attempt, too; only what would
 * fetch a whole file each time is bound by attempts.
 */
export const RETRY_RULES = {
  never: { text: 'no', attempts: 1 },
  few: { text: 'twice', attempts: 3 },
  minutes: { text: 'for 15 minutes', forMs: 15 * MINUTE_MS },
  hours: { text: 'for two hours', forMs: 2 * HOUR_MS },
  outage: { text: 'for thirty hours', forMs: 30 * HOUR_MS },
  wait: { text: 'asked for thirty hours', forMs: 30 * HOUR_MS, isWait: true },
} as const satisfies Readonly<Record<string, RetryRule>>;

export type RetryRuleName = keyof typeof RETRY_RULES;

/** Failures below which no bound of time counts: one attempt can take longer than the bound. */
const MIN_ATTEMPTS = 3;

/**
 * True if an activity has failed so often, or for so long, that another attempt would be in vain.
 * @param failures of the same kind, the last one included
 * @param sinceMs time since the first of them, in milliseconds
 */
export function isExhausted(name: RetryRuleName, failures: number, sinceMs: number): boolean {
  const rule: RetryRule = RETRY_RULES[name];
  if (rule.attempts !== undefined && failures >= rule.attempts) return true;
  return rule.forMs !== undefined && failures >= MIN_ATTEMPTS && sinceMs >= rule.forMs;
}

/** The party that can end a failure. */
export type Responsible = 'nobody' | 'operator' | 'Zoho administrator' | 'database administrator' | 'developer';

/** Meaning of a failure, and the next step of the person on call. */
export interface FailureAdvice {
  /** A sentence without its full stop. */
  readonly meaning: string;
  readonly whatToDo: string;
  readonly who: Responsible;
  readonly retry: RetryRuleName;
}

/**
 * Choosing among ways to do the same work at Zoho: the cheapest of those that do all of it, within the credits and the
 * time that are allowed. Pure; the ways of reading and writing are in `read-ways.ts` and `write-ways.ts`.
 */

/** Calls of one operation, in the words of the API ledger. */
export interface PlannedCalls {
  operation: string;
  calls: number;
  credits: number;
}

/** One way to do the work, and what it is expected to take. */
export interface Way<Name extends string = string> {
  name: Name;
  steps: PlannedCalls[];
  /** Estimated seconds until Zoho has done it. */
  seconds: number;
  /** Why it does not do all of the work, one clause each; empty when it does. */
  obstacles: string[];
}

export interface Allowance {
  /** Credits left of Zoho's rolling day; unknown means no limit. */
  creditsLeft?: number | undefined;
  /** Of these, the credits that are not to be touched (the buffer). @default 0 */
  creditsKept?: number | undefined;
  /** How many seconds the work may take: how fresh the result must be. Absent means any time. */
  withinSeconds?: number | undefined;
  /** What a second of waiting is worth in credits: how strongly speed counts against cost. @default 5 */
  creditsPerSecond?: number | undefined;
}

export interface WeighedWay<Name extends string = string> {
  name: Name;
  calls: number;
  credits: number;
  seconds: number;
  /** Does all of the work, whatever it takes. */
  complete: boolean;
  /** Does all of the work, within the credits and the time. */
  adequate: boolean;
  /** One sentence: why it was chosen, or why not. */
  reason: string;
}

export interface WorkPlan<Name extends string = string> extends WeighedWay<Name> {
  steps: PlannedCalls[];
  /** Why the best there is is not adequate, one clause each; empty when it is. */
  shortcomings: string[];
  /** The other ways, best first. */
  turnedDown: WeighedWay<Name>[];
}

/** Waiting counts as much as five credits a second: an hour of it is a day's credits of a small org. */
export const CREDITS_PER_SECOND = 5;

interface Assessment<Name extends string> extends Way<Name> {
  calls: number;
  credits: number;
  price: number;
  tooDear: boolean;
  tooSlow: boolean;
  shortcomings: string[];
}

/** Calls that cost one credit each, Zoho's price of whatever has no other. */
export function plainCalls(operation: string, calls: number): PlannedCalls {
  return { operation, calls, credits: calls };
}

/** Seconds of calls that are made one after the other. */
export function callSeconds(calls: number, latencyMs: number): number {
  return (calls * latencyMs) / 1000;
}

/** Seconds of all calls of these steps, made one after the other. */
export function secondsOf(steps: readonly PlannedCalls[], latencyMs: number): number {
  return callSeconds(
    steps.reduce((sum, { calls }) => sum + calls, 0),
    latencyMs,
  );
}

/** The credits that may be spent; `Infinity` where nobody knows a limit. */
export function spendableCredits({ creditsLeft, creditsKept = 0 }: Allowance): number {
  return creditsLeft === undefined ? Infinity : Math.max(0, creditsLeft - creditsKept);
}

/** Credits and waiting in one number, by which ways are compared. */
export function priceOf(way: { credits: number; seconds: number }, allowance: Allowance): number {
  return way.credits + way.seconds * (allowance.creditsPerSecond ?? CREDITS_PER_SECOND);
}

/**
 * Chooses the cheapest adequate way. Where none is adequate, completeness counts before credits and these before time,
 * and the plan says what it lacks. Of equally good ways the first is taken.
 */
export function choosePlan<Name extends string>(
  ways: readonly [Way<Name>, ...Way<Name>[]],
  allowance: Allowance,
): WorkPlan<Name> {
  const assessed = ways.map((way) => assess(way, allowance));
  assessed.sort(
    (a, b) =>
      Number(a.obstacles.length > 0) - Number(b.obstacles.length > 0) ||
      Number(a.tooDear) - Number(b.tooDear) ||
      Number(a.tooSlow) - Number(b.tooSlow) ||
      a.price - b.price,
  );
  const [chosen, ...others] = assessed as [Assessment<Name>, ...Assessment<Name>[]];
  const isOnly = others.every(({ shortcomings }) => shortcomings.length > 0);
  return {
    ...summary(chosen, praise(chosen, isOnly)),
    steps: chosen.steps,
    shortcomings: chosen.shortcomings,
    turnedDown: others.map((way) => summary(way, whyNot(way, chosen))),
  };
}

function assess<Name extends string>(way: Way<Name>, allowance: Allowance): Assessment<Name> {
  const calls = way.steps.reduce((sum, step) => sum + step.calls, 0);
  const credits = way.steps.reduce((sum, step) => sum + step.credits, 0);
  const spendable = spendableCredits(allowance);
  const within = allowance.withinSeconds ?? Infinity;
  const tooDear = credits > spendable;
  const tooSlow = way.seconds > within;
  return {
    ...way,
    calls,
    credits,
    price: priceOf({ credits, seconds: way.seconds }, allowance),
    tooDear,
    tooSlow,
    shortcomings: [
      ...way.obstacles,
      ...(tooDear ? [`it costs ${figure(credits)} credits and ${figure(spendable)} may be spent`] : []),
      ...(tooSlow ? [`it takes about ${figure(way.seconds)} s and ${figure(within)} s are allowed`] : []),
    ],
  };
}

function summary<Name extends string>(way: Assessment<Name>, reason: string): WeighedWay<Name> {
  const { name, calls, credits, seconds, obstacles, shortcomings } = way;
  return {
    name,
    calls,
    credits,
    seconds,
    complete: obstacles.length === 0,
    adequate: shortcomings.length === 0,
    reason,
  };
}

function praise({ shortcomings }: Assessment<string>, isOnly: boolean): string {
  if (shortcomings.length > 0)
    return `No way is adequate; this one is the nearest, but ${shortcomings.join(', and ')}.`;
  return isOnly ? 'The only adequate way.' : 'The cheapest adequate way, credits and waiting together.';
}

function whyNot(way: Assessment<string>, chosen: Assessment<string>): string {
  if (way.shortcomings.length > 0) return `Not adequate: ${way.shortcomings.join(', and ')}.`;
  if (way.price === chosen.price) return 'As good as the chosen one.';
  const more = [
    ...(way.credits > chosen.credits ? [`${figure(way.credits - chosen.credits)} credits more`] : []),
    ...(way.seconds > chosen.seconds ? [`about ${figure(way.seconds - chosen.seconds)} s longer`] : []),
  ];
  return `Dearer: ${more.join(' and ')}.`;
}

function figure(value: number): string {
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : String(Math.round(value));
}

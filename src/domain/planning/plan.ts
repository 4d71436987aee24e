/**
 * Choice among methods of doing the same work at Zoho: the cheapest that does all of it within the allowed credits and
 * time. Pure; the methods are in `read-methods.ts` and `write-methods.ts`.
 */

/** Calls of one operation, named as in the API ledger. */
export interface PlannedCalls {
  operation: string;
  calls: number;
  credits: number;
}

/** A method of doing the work, with its estimated cost. */
export interface Method<Name extends string = string> {
  name: Name;
  steps: PlannedCalls[];
  /** Estimated seconds until Zoho is done. */
  seconds: number;
  /** Limits that keep the method from doing all of the work, one clause each; empty when it can. */
  constraints: string[];
}

export interface Allowance {
  /** Credits left of Zoho's rolling day; unknown means no limit. */
  creditsLeft?: number | undefined;
  /** Credits of these that must stay free (the buffer). @default 0 */
  creditsKept?: number | undefined;
  /** Seconds that the work may take, which is how fresh the result has to be. Absent: any time. */
  withinSeconds?: number | undefined;
  /** Credits that a second of waiting is worth: how strongly speed counts against cost. @default 5 */
  creditsPerSecond?: number | undefined;
}

export interface WeighedMethod<Name extends string = string> {
  name: Name;
  calls: number;
  credits: number;
  seconds: number;
  /** Whether it does all of the work, at any cost. */
  complete: boolean;
  /** Whether it does all of the work within the credits and the time. */
  adequate: boolean;
  /** One sentence with the reason why it was chosen, or rejected. */
  reason: string;
}

export interface WorkPlan<Name extends string = string> extends WeighedMethod<Name> {
  steps: PlannedCalls[];
  /** Why even the best method is not adequate, one clause each; empty when it is. */
  violations: string[];
  /** The other methods, best first. */
  rejected: WeighedMethod<Name>[];
}

/** A second of waiting costs as much as five credits: an hour equals a day's credits of a small organization. */
const CREDITS_PER_SECOND = 5;

interface Assessment<Name extends string> extends Method<Name> {
  calls: number;
  credits: number;
  price: number;
  overBudget: boolean;
  tooSlow: boolean;
  violations: string[];
}

/** Calls that cost one credit each, Zoho's default price. */
export function plainCalls(operation: string, calls: number): PlannedCalls {
  return { operation, calls, credits: calls };
}

/** Seconds of calls made one after the other. */
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

/** Credits that may be spent; `Infinity` if no limit is known. */
export function spendableCredits({ creditsLeft, creditsKept = 0 }: Allowance): number {
  return creditsLeft === undefined ? Infinity : Math.max(0, creditsLeft - creditsKept);
}

/** Credits and waiting as one number, by which methods are compared. */
export function priceOf(method: { credits: number; seconds: number }, allowance: Allowance): number {
  return method.credits + method.seconds * (allowance.creditsPerSecond ?? CREDITS_PER_SECOND);
}

/**
 * Chooses the cheapest adequate method. If none is adequate, completeness counts before credits and credits before
 * time, and the plan lists its violations. Among equally good methods the first wins.
 */
export function choosePlan<Name extends string>(
  methods: readonly [Method<Name>, ...Method<Name>[]],
  allowance: Allowance,
): WorkPlan<Name> {
  const assessed = methods.map((method) => assess(method, allowance));
  assessed.sort(
    (a, b) =>
      Number(a.constraints.length > 0) - Number(b.constraints.length > 0) ||
      Number(a.overBudget) - Number(b.overBudget) ||
      Number(a.tooSlow) - Number(b.tooSlow) ||
      a.price - b.price,
  );
  const [chosen, ...others] = assessed as [Assessment<Name>, ...Assessment<Name>[]];
  const isOnly = others.every(({ violations }) => violations.length > 0);
  return {
    ...summary(chosen, reasonForChoice(chosen, isOnly)),
    steps: chosen.steps,
    violations: chosen.violations,
    rejected: others.map((method) => summary(method, reasonForRejection(method, chosen))),
  };
}

function assess<Name extends string>(method: Method<Name>, allowance: Allowance): Assessment<Name> {
  const calls = method.steps.reduce((sum, step) => sum + step.calls, 0);
  const credits = method.steps.reduce((sum, step) => sum + step.credits, 0);
  const spendable = spendableCredits(allowance);
  const within = allowance.withinSeconds ?? Infinity;
  const overBudget = credits > spendable;
  const tooSlow = method.seconds > within;
  return {
    ...method,
    calls,
    credits,
    price: priceOf({ credits, seconds: method.seconds }, allowance),
    overBudget,
    tooSlow,
    violations: [
      ...method.constraints,
      ...(overBudget ? [`it costs ${figure(credits)} credits and ${figure(spendable)} may be spent`] : []),
      ...(tooSlow ? [`it takes about ${figure(method.seconds)} s and ${figure(within)} s are allowed`] : []),
    ],
  };
}

function summary<Name extends string>(method: Assessment<Name>, reason: string): WeighedMethod<Name> {
  const { name, calls, credits, seconds, constraints, violations } = method;
  return {
    name,
    calls,
    credits,
    seconds,
    complete: constraints.length === 0,
    adequate: violations.length === 0,
    reason,
  };
}

function reasonForChoice({ violations }: Assessment<string>, isOnly: boolean): string {
  if (violations.length > 0) return `No method is adequate; this one comes nearest, but ${violations.join(', and ')}.`;
  return isOnly ? 'The only adequate method.' : 'The cheapest adequate method, counting credits and waiting.';
}

function reasonForRejection(method: Assessment<string>, chosen: Assessment<string>): string {
  if (method.violations.length > 0) return `Not adequate: ${method.violations.join(', and ')}.`;
  if (method.price === chosen.price) return 'As good as the chosen one.';
  const more = [
    ...(method.credits > chosen.credits ? [`${figure(method.credits - chosen.credits)} credits more`] : []),
    ...(method.seconds > chosen.seconds ? [`about ${figure(method.seconds - chosen.seconds)} s longer`] : []),
  ];
  return `Costlier: ${more.join(' and ')}.`;
}

function figure(value: number): string {
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : String(Math.round(value));
}

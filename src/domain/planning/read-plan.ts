import type { ReadPath } from '../runs/enums';
import { CREDITS, LIMITS } from '../zoho-limits';

/** Status and download calls of a job; Zoho does not say what they cost, so they are counted as ordinary calls. */
const BULK_CALLS_PER_JOB = 4;
const BULK_JOB_SECONDS = 3.5;
const BULK_SECONDS_PER_ROW = 1 / 100_000;

export interface ReadQuestion {
  /** Rows of the module by Zoho's count. */
  rows: number;
  fields: number;
  /** Fields that bulk read cannot export. */
  fieldsNotInBulk: number;
  /** Measured time of one call in milliseconds. */
  latencyMs: number;
  /** Credits that may be spent; unknown means no limit. */
  creditsAvailable?: number | undefined;
  /** What a second of waiting is worth in credits: how strongly speed counts against cost. */
  creditsPerSecond?: number | undefined;
}

export interface ReadPlan {
  path: ReadPath;
  calls: number;
  credits: number;
  /** Estimated seconds at Zoho, without the database's share. */
  seconds: number;
  /** Whether every field of the module is read this way. */
  complete: boolean;
  /** One sentence for people. */
  reason: string;
}

/** Slices of at most 50 fields that a list call can carry; `id` and `Modified_Time` ride along in each. */
export function fieldSlices(fields: number): number {
  return fields <= LIMITS.listPage.fields
    ? 1
    : 1 + Math.ceil((fields - LIMITS.listPage.fields) / (LIMITS.listPage.fields - 1));
}

function planList({ rows, fields, latencyMs }: ReadQuestion): ReadPlan {
  const pages = Math.max(1, Math.ceil(rows / LIMITS.listPage.rows));
  const refetches = (fieldSlices(fields) - 1) * Math.ceil(rows / LIMITS.listPage.ids);
  const calls = pages + refetches;
  return {
    path: 'list',
    calls,
    credits: calls * CREDITS.list_records,
    seconds: (calls * latencyMs) / 1000,
    complete: rows <= LIMITS.listPage.tokenRows,
    reason: '',
  };
}

function planBulk({ rows, fieldsNotInBulk, fields, latencyMs }: ReadQuestion): ReadPlan {
  const jobs = Math.max(1, Math.ceil(rows / LIMITS.bulkRead.rows));
  const calls = jobs * BULK_CALLS_PER_JOB;
  return {
    path: 'bulk',
    calls,
    credits: jobs * (CREDITS.create_bulk_read_job + BULK_CALLS_PER_JOB - 1),
    seconds: jobs * BULK_JOB_SECONDS + rows * BULK_SECONDS_PER_ROW + (calls * latencyMs) / 1000,
    complete: fieldsNotInBulk === 0 && fields <= LIMITS.bulkRead.fields,
    reason: '',
  };
}

/** How long Zoho is expected to work on one export of so many rows, in milliseconds. */
export function expectedBulkJobMs(rows: number): number {
  return 1000 * (BULK_JOB_SECONDS + Math.min(rows, LIMITS.bulkRead.rows) * BULK_SECONDS_PER_ROW);
}

const describe = (plan: ReadPlan): string =>
  `${plan.path === 'bulk' ? 'bulk read' : 'list pages'}: ${plan.calls} calls, ${plan.credits} credits, about ${plan.seconds.toFixed(1)} s`;

/**
 * Chooses how to read a whole module: the path that reads every field, fits the credits, and costs least when time is
 * priced in credits. Both paths are always weighed, so the reason can say what was turned down.
 */
export function planRead(question: ReadQuestion): ReadPlan {
  const price = (plan: ReadPlan) => plan.credits + plan.seconds * (question.creditsPerSecond ?? 5);
  const affordable = (plan: ReadPlan) => plan.credits <= (question.creditsAvailable ?? Infinity);
  const candidates = [planList(question), planBulk(question)].sort(
    (a, b) =>
      Number(b.complete) - Number(a.complete) || Number(affordable(b)) - Number(affordable(a)) || price(a) - price(b),
  );
  const [chosen, other] = candidates as [ReadPlan, ReadPlan];
  const why =
    !other.complete && chosen.complete
      ? `cannot read all of the module`
      : !affordable(other) && affordable(chosen)
        ? `would cost more credits than are left`
        : `is dearer in calls and time`;
  return { ...chosen, reason: `${describe(chosen)}; ${describe(other)} ${why}` };
}

/** The plan of a path somebody asked for, whatever the planner would have chosen. */
export function planForced(path: ReadPath, question: ReadQuestion): ReadPlan {
  const plan = path === 'bulk' ? planBulk(question) : planList(question);
  return { ...plan, reason: `${describe(plan)}; chosen by request` };
}

import { counted } from '../counted';
import { READ_PATHS, type ReadPath } from '../runs/enums';
import { spendableCredits, type WeighedMethod, type WorkPlan } from './plan';
import { planRead, type ReadQuestion } from './read-methods';

/** Method by which a full sync reads, as its workflow keeps it: recorded histories contain these fields. */
export interface SyncReadPlan {
  path: ReadPath;
  calls: number;
  credits: number;
  /** Estimated seconds at Zoho, without the database's share. */
  seconds: number;
  /** Whether every field of the module is read. */
  complete: boolean;
  /** One sentence for a person to read. */
  reason: string;
}

export type SyncReadQuestion = Omit<ReadQuestion, 'goal' | 'wantedRows' | 'deletedRows' | 'fieldsNotInCoql'>;

/**
 * Chooses how a full sync reads a module, with the planner of `POST /plans` restricted to list pages and bulk read.
 * Both are weighed, so the reason can name what was rejected.
 *
 * @param path overrides the planner's choice when a caller asks for it
 */
export function planSyncRead(question: SyncReadQuestion, path?: ReadPath): SyncReadPlan {
  const asked: ReadQuestion = { ...question, goal: 'all', fieldsNotInCoql: 0 };
  const plan = planRead(asked, path === undefined ? READ_PATHS : [path]);
  const { name, calls, credits, seconds, complete } = plan;
  return { path: name, calls, credits, seconds, complete, reason: reasonOf(plan, asked) };
}

function reasonOf(plan: WorkPlan<ReadPath>, question: ReadQuestion): string {
  const [other] = plan.rejected;
  if (!other) return `${describe(plan)}; chosen by request`;
  return `${describe(plan)}; ${describe(other)} ${reasonForRejection(plan, other, question)}`;
}

function reasonForRejection(plan: WorkPlan<ReadPath>, other: WeighedMethod<ReadPath>, question: ReadQuestion): string {
  const spendable = spendableCredits(question);
  if (plan.complete && !other.complete) return 'cannot read all of the module';
  if (plan.credits <= spendable && other.credits > spendable) return 'would cost more credits than are left';
  return 'costs more in credits and time';
}

function describe({ name, calls, credits, seconds }: WeighedMethod<ReadPath>): string {
  const method = name === 'bulk' ? 'bulk read' : 'list pages';
  return `${method}: ${counted(calls, 'call')}, ${counted(credits, 'credit')}, about ${seconds.toFixed(1)} s`;
}

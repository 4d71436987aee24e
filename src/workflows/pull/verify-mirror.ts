import { counted } from '../../domain/counted';
import { describeComparison } from '../../domain/mirror/comparison-findings';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { SkippedRun } from '../../temporal/contract/open-session';
import type { FullSyncPlan } from '../../temporal/contract/results';
import type { FindingsResult, OpenedInput, SyncResult, VerifyInput } from '../../temporal/contract/sync-messages';
import { findExtraRows } from '../activity-proxies';
import { inSession } from '../run/open-session';
import { SyncRun } from './sync-run';
import { verificationOf } from './verify-counts';
import { extract, finishFindings, firstPlan, readModule, sumUpComparison, unseenIn } from './whole-read';

/**
 * Compares every row of a mirror with Zoho, and repairs what differs unless it shall only look. It moves no watermark:
 * that is the promise it checks.
 */
export async function verifyMirror(input: VerifyInput): Promise<SyncResult | FindingsResult | SkippedRun> {
  return inSession(input, 'verification', verify);
}

async function verify(input: VerifyInput & OpenedInput): Promise<SyncResult | FindingsResult> {
  const repairs = input.options.repair ?? true;
  const run = new SyncRun(input, `Verification of ${input.module}`, input.state, repairs);
  return run.complete<SyncResult | FindingsResult>(() => (repairs ? repair(run, input) : look(run, input)));
}

async function repair(run: SyncRun, input: VerifyInput & OpenedInput): Promise<SyncResult> {
  const read = await readModule(run, input);
  const verification = verificationOf(read);
  const findings = await sumUpComparison(run, read, verification);
  if (!findings) throw nothingToVerify(input);
  const { counts, completeUntil, plan } = read;
  return run.finish(run.sums, { counts, verification }, completeUntil, {
    ...(plan.compare && { compared: plan.compare }),
    findings,
  });
}

/** Writes nothing into the mirror: rows that no page has shown are only asked for. */
async function look(run: SyncRun, input: VerifyInput & OpenedInput): Promise<FindingsResult> {
  const { state } = input;
  const planned = state?.plan ?? (await firstPlan(run, input));
  if (planned.mirrorWasEmpty) throw nothingToVerify(input);
  run.expectedRows = planned.expectedRows;
  run.follow(planned);
  const plan = await extract(run, input, planned, 1);
  run.session.note({ phase: 'comparing' });
  const unasked = await askForExtraRows(run, plan);
  if (unasked > 0) {
    run.session.warn(
      `${counted(unasked, 'row was', 'rows were')} not among what Zoho returned. So many are not asked for one by one.`,
    );
  }
  const findings = await finishFindings(run, plan, 1);
  const result: FindingsResult = { status: 'completed', findings };
  await run.session.record({ status: 'completed', phase: 'completed', result }, describeComparison(findings));
  return result;
}

/** @returns rows that were not asked for, since they are too many */
async function askForExtraRows(run: SyncRun, plan: FullSyncPlan): Promise<number> {
  const request = { ...run.target, ...unseenIn(plan, 1) };
  let leg = await run.steps.run(() => findExtraRows(request));
  for (let { after } = leg; after !== undefined; { after } = leg) {
    const reached = after;
    leg = await run.steps.run(() => findExtraRows({ ...request, after: reached }));
  }
  return leg.unasked;
}

function nothingToVerify({ module }: VerifyInput): Error {
  return permanentFailure(
    FAILURES.watermark.missing,
    `The mirror has no rows of ${module} yet. Run a full sync first.`,
  );
}

import { condition } from '@temporalio/workflow';
import { counted } from '../../domain/counted';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { NightlyInput, NightLine, NightModule, NightPlan, NightResult } from '../../temporal/contract/nightly';
import type { SkippedRun } from '../../temporal/contract/open-session';
import type { OpenedInput } from '../../temporal/contract/sync-messages';
import { finishNightly, planNightly } from '../activity-proxies';
import { inSession } from '../run/open-session';
import { NightRun } from './night-run';

/**
 * Syncs every configured module of an organization, those that others point to first. A module that fails is a line of
 * the summary, never the end of the night; the night fails if all of them did.
 */
export async function nightlySync(input: NightlyInput): Promise<NightResult | SkippedRun> {
  return inSession(input, 'nightly', syncModules);
}

async function syncModules(input: NightlyInput & OpenedInput): Promise<NightResult> {
  const night = new NightRun(input);
  const { sessionId, connectionId } = input;
  return night.complete(async () => {
    await night.begin();
    const plan = await planNightly({ sessionId, connectionId });
    await night.announce(plan);
    const lines = [
      ...(await syncAll(night, plan)),
      ...plan.postponed.map((each): NightLine => ({ ...each, outcome: 'postponed' })),
      ...(plan.done ?? []).map((each): NightLine => ({ ...each, outcome: 'skipped' })),
    ];
    const result = await finishNightly({ sessionId, lines });
    const attempted = lines.filter(({ outcome }) => outcome !== 'postponed');
    if (attempted.length > 0 && attempted.every(({ outcome }) => outcome === 'failed')) {
      await night.keepResult(result);
      throw permanentFailure(
        FAILURES.night.allFailed,
        `None of ${counted(attempted.length, 'module')} could be synced.`,
      );
    }
    await night.finish(result);
    return result;
  });
}

/** One module begins at a time, so that never more are at work than the plan allows. */
async function syncAll(night: NightRun, { modules, parallelism }: NightPlan): Promise<NightLine[]> {
  const waiting = [...modules];
  const ended = new Set<string>();
  const lines: NightLine[] = [];
  const begun: Promise<void>[] = [];
  const next = (): NightModule | undefined =>
    night.isPaused || begun.length - ended.size >= parallelism
      ? undefined
      : waiting.find(({ after }) => after.every((key) => ended.has(key)));
  const sync = async (module: NightModule): Promise<void> => {
    lines.push(await night.sync(module));
    ended.add(module.key);
  };
  try {
    while (waiting.length > 0) {
      await condition(() => next() !== undefined);
      const module = next();
      if (!module) continue;
      waiting.splice(waiting.indexOf(module), 1);
      begun.push(sync(module));
    }
  } finally {
    await Promise.allSettled(begun);
  }
  return lines;
}

import { readCreditsOfSyncs } from '../../db/configurations/credits-of-syncs';
import { getConnection } from '../../db/connections/connections';
import { readCreditWindow } from '../../db/credits/credit-window';
import type { ConnectionModel } from '../../db/models/connection';
import { findWorkSince, listConfiguredModules, type ConfiguredModule } from '../../db/schedules/night';
import { getSession } from '../../db/sessions/sessions';
import { latestNight, nightOf } from '../../domain/schedules/next-runs';
import { orderModules } from '../../domain/schedules/night-order';
import { isNightWorkDone, nightWorkOf, type NightWork } from '../../domain/schedules/night-work';
import type { NightPlan, PostponedModule } from '../../temporal/contract/nightly';
import { syncWorkflowId } from '../../temporal/ids';
import type { ActivityDependencies } from '../dependencies';

export interface NightRequest {
  sessionId: string;
  connectionId: string;
}

/**
 * Plans a night: what is done with which module, in which order. A module whose sync the rest of the day's credits
 * cannot pay, by what it took lately, is left for the next night; a night that is made up for leaves out what was synced
 * since its time. Reads only.
 */
export async function planNightly(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  { sessionId, connectionId }: NightRequest,
  now = new Date(),
): Promise<NightPlan> {
  const [connection, configured, { trigger }] = await Promise.all([
    getConnection(knex, connectionId),
    listConfiguredModules(knex, connectionId),
    getSession(knex, sessionId),
  ]);
  const { name, nightlyParallelism: parallelism } = connection;
  const wanted = configured.flatMap((module) => {
    const work = nightWorkOf(module, module.comparedAt, now);
    return work ? [{ ...module, work }] : [];
  });
  const done = trigger === 'housekeeping' ? await doneMeanwhile(knex, connection, wanted, now) : [];
  const due = wanted.filter(({ key }) => !done.some((module) => module.key === key));
  const { payable, postponed } = await withinCredits(knex, connectionId, inOrder(due));
  const modules = inOrder(payable).map(({ module, key, configurationId, work, after }) => {
    const workflowId = syncWorkflowId(work.sync === 'full' ? 'full_sync' : 'incremental_sync', name, key);
    return { module, key, configurationId, workflowId, work, after };
  });
  return { modules, postponed, done, parallelism };
}

/** The modules that were synced since the night should have begun: by people, or before its workflow was lost. */
async function doneMeanwhile(
  knex: ActivityDependencies['knex'],
  connection: ConnectionModel,
  wanted: readonly DueModule[],
  now: Date,
): Promise<PostponedModule[]> {
  const begins = latestNight(nightOf(connection), now, () => 0)?.begins;
  if (!begins) return [];
  const done = await findWorkSince(knex, connection.id, begins);
  return wanted.flatMap(({ module, key, work }) => {
    const workDone = done.get(key);
    if (!workDone || !isNightWorkDone(work, workDone)) return [];
    return [{ module, key, reason: 'It was synced after the time of the night.' }];
  });
}

type DueModule = ConfiguredModule & { work: NightWork };

function inOrder<Module extends DueModule>(modules: readonly Module[]): (Module & { after: string[] })[] {
  const byKey = new Map(modules.map((module) => [module.key, module]));
  return orderModules(modules).flatMap(({ key, after }) => {
    const module = byKey.get(key);
    return module ? [{ ...module, after }] : [];
  });
}

async function withinCredits(
  knex: ActivityDependencies['knex'],
  connectionId: string,
  due: readonly DueModule[],
): Promise<{ payable: DueModule[]; postponed: PostponedModule[] }> {
  const account = await readCreditWindow(knex, connectionId);
  // An organization without a limit, or that was never called, can pay anything.
  const { usable, spent } = account?.window ?? { usable: null, spent: [] };
  let left = (usable ?? Infinity) - spent.reduce((sum, credits) => sum + credits, 0);
  const payable: DueModule[] = [];
  const postponed: PostponedModule[] = [];
  for (const module of due) {
    const measured = await readCreditsOfSyncs(knex, connectionId, module.key);
    const price = (module.work.sync === 'full' ? measured.full : measured.incremental) ?? 0;
    if (price > left) {
      const reason = `It takes about ${Math.round(price)} credits, and ${Math.max(0, Math.floor(left))} are left of the day.`;
      postponed.push({ module: module.module, key: module.key, reason });
      continue;
    }
    left -= price;
    payable.push(module);
  }
  return { payable, postponed };
}

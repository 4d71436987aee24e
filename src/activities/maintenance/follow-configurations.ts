import {
  readDeployment,
  readDesiredSchedules,
  savePause,
  withScheduleLocked,
} from '../../db/schedules/desired-schedules';
import type { DesiredSchedule } from '../../domain/schedules/desired-schedule';
import { ForeignSchedule } from '../../temporal/schedules/sync-schedules';
import type { ActivityDependencies } from '../dependencies';

export interface FollowedConfigurations {
  created: number;
  replaced: number;
  deleted: number;
}

type Dependencies = Pick<ActivityDependencies, 'knex' | 'logger' | 'syncSchedules'>;

/**
 * Brings the schedules in Temporal in line with the configurations: creates, replaces and deletes. A pause is only ever
 * read, since it may be a person's, and its row says so from then on. Idempotent, so it can run at any time.
 */
export async function followConfigurations(deps: Dependencies): Promise<FollowedConfigurations> {
  const { knex, logger, syncSchedules } = deps;
  const done = { created: 0, replaced: 0, deleted: 0 };
  const deployment = await readDeployment(knex);
  // Listed before the rows are read: a schedule that is made meanwhile has its row, and is no stray.
  const strays = await syncSchedules.list(deployment);
  for (const schedule of await readDesiredSchedules(knex)) {
    strays.delete(schedule.id);
    const outcome = await withScheduleLocked(knex, schedule.id, () => settle(deps, schedule, deployment));
    if (outcome !== 'kept') done[outcome] += 1;
  }
  for (const id of strays) if (await syncSchedules.remove(id, deployment)) done.deleted += 1;
  if (done.created + done.replaced + done.deleted > 0) logger.info(done, 'Schedules follow their configurations.');
  return done;
}

async function settle(
  { knex, logger, syncSchedules }: Dependencies,
  schedule: DesiredSchedule,
  deployment: string,
): Promise<'created' | 'replaced' | 'kept'> {
  try {
    const found = await syncSchedules.find(schedule, deployment);
    if (!found) return (await syncSchedules.create(schedule, deployment)) ? 'created' : 'kept';
    await savePause(knex, schedule, found.pause);
    if (!found.drift) return 'kept';
    await syncSchedules.replace(schedule);
    return 'replaced';
  } catch (error) {
    if (!(error instanceof ForeignSchedule)) throw error;
    logger.error({ schedule: schedule.id }, error.message);
    return 'kept';
  }
}

import { closeAlert, openAlert } from '../../db/health/alerts';
import { readDesiredSchedules, savePause, withScheduleLocked } from '../../db/schedules/desired-schedules';
import { findFailingSchedules, listPausedModules, type FailingSchedule } from '../../db/schedules/failing-schedules';
import { LASTING_FAILURES } from '../../temporal/contract/failures';
import type { ActivityDependencies } from '../dependencies';

const KIND = 'schedule.paused';
const ENGINE = 'engine';

type Dependencies = Pick<ActivityDependencies, 'knex' | 'logger' | 'syncSchedules'>;

/**
 * Pauses the schedules whose syncs fail again and again for a reason that time does not cure, with an alert, and lets them
 * go on once a sync of the module has completed. What passes by itself pauses nothing. Idempotent.
 */
export async function pauseFailingSchedules(deps: Dependencies): Promise<void> {
  for (const failing of await findFailingSchedules(deps.knex, LASTING_FAILURES)) await pause(deps, failing);
  for (const { id, connectionId, key, isPaused, works } of await listPausedModules(deps.knex, KIND)) {
    if (isPaused && !works) continue;
    if (isPaused) await resume(deps, id);
    await closeAlert(deps.knex, { connectionId, module: key, kind: KIND });
  }
}

async function pause({ knex, logger, syncSchedules }: Dependencies, failing: FailingSchedule): Promise<void> {
  const { id, connectionId, key, module, failures, type, error } = failing;
  const reason = `${failures} syncs in a row failed as ${type}`;
  const isPaused = await withScheduleLocked(knex, id, async () => {
    const [schedule] = await readDesiredSchedules(knex, { id });
    if (!schedule || schedule.pause) return false;
    await syncSchedules.pause(id, { by: ENGINE, reason });
    await savePause(knex, schedule, { by: ENGINE, reason });
    return true;
  });
  if (!isPaused) return;
  logger.warn({ schedule: id, failures, type }, 'A schedule was paused: its syncs fail for a reason that stays.');
  await openAlert(knex, {
    connectionId,
    module: key,
    kind: KIND,
    severity: 'warning',
    message: `The schedule of ${module} is paused: ${reason}. ${error ?? ''} Once that is mended, a sync that completes lets it go on, and so does pulse schedules resume ${id}.`,
    details: { schedule: id, type, failures },
  });
}

async function resume({ knex, logger, syncSchedules }: Dependencies, id: string): Promise<void> {
  await withScheduleLocked(knex, id, async () => {
    const [schedule] = await readDesiredSchedules(knex, { id });
    if (schedule?.pause?.by !== ENGINE) return;
    await syncSchedules.resume(id, ENGINE);
    await savePause(knex, schedule, null);
    logger.info({ schedule: id }, 'A schedule goes on: a sync of its module has completed.');
  });
}

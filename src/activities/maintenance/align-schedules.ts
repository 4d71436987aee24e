import { listConnections } from '../../db/connections/connections';
import type { ActivityDependencies } from '../dependencies';

export interface AlignedSchedules {
  paused: number;
  unpaused: number;
}

/**
 * Brings the schedules of every connection to its state: what cannot be synced is not started by the clock, and goes on
 * once the org is connected again. Idempotent, so it can run at any time.
 */
export async function alignSchedules({ knex, schedules, logger }: ActivityDependencies): Promise<AlignedSchedules> {
  const done = { paused: 0, unpaused: 0 };
  for (const { id, name, status, statusReason } of await listConnections(knex)) {
    if (status === 'active') {
      const unpaused = await schedules.unpause(id, `The connection ${name} works again.`);
      done.unpaused += unpaused;
      if (unpaused > 0) logger.info({ connection: name, unpaused }, 'Schedules go on: the connection works again.');
    } else {
      const paused = await schedules.pause(id, `the connection ${name} is ${status} (${statusReason ?? 'no reason'})`);
      done.paused += paused;
      if (paused > 0)
        logger.warn({ connection: name, paused, status }, 'Schedules paused: the connection is not usable.');
    }
  }
  return done;
}

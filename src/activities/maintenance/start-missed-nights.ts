import { findLastNight, listConnectionNights } from '../../db/schedules/nights';
import { missedNight } from '../../domain/schedules/missed-night';
import type { ActivityDependencies } from '../dependencies';

/**
 * Starts the nights that have not come: the clock left their time out, nothing ran at their time, or their workflow was
 * lost. Each is started once. Idempotent.
 * @returns how many were started
 */
export async function startMissedNights(
  { knex, logger, startMissedNight }: Pick<ActivityDependencies, 'knex' | 'logger' | 'startMissedNight'>,
  now: Date,
): Promise<number> {
  let started = 0;
  for (const { connectionId, connection, night, wantedSince } of await listConnectionNights(knex)) {
    const beganAt = (await findLastNight(knex, connectionId))?.beganAt ?? null;
    const date = missedNight(night, { beganAt, wantedSince }, now);
    if (date === undefined || !(await startMissedNight({ connectionId, connection, date }))) continue;
    started += 1;
    logger.warn({ connection, date }, 'A night that has not come was started.');
  }
  return started;
}

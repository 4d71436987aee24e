import { listDueComparisons } from '../../db/comparisons/due-comparisons';
import type { ActivityDependencies } from '../dependencies';

/**
 * Starts the comparisons that syncs have asked for, where counts stayed unexplained. Idempotent: one that is at work is not
 * started again.
 * @returns how many were started
 */
export async function startDueComparisons({
  knex,
  logger,
  startComparison,
}: Pick<ActivityDependencies, 'knex' | 'logger' | 'startComparison'>): Promise<number> {
  let started = 0;
  for (const due of await listDueComparisons(knex)) {
    if (!(await startComparison(due))) continue;
    started += 1;
    logger.info({ connection: due.connection, module: due.module }, 'A comparison was started, since counts differ.');
  }
  return started;
}

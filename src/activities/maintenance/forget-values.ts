import { keepHistoryPartitions } from '../../db/maintenance/history-partitions';
import { forgetOldValues } from '../../db/maintenance/retention';
import type { ActivityDependencies } from '../dependencies';
import type { TaskEnd } from './housekeeper';

/** Forgets a batch of everything that has come of age, and keeps the months of the history. Idempotent. */
export async function forgetValues(
  { knex, logger, retention }: Pick<ActivityDependencies, 'knex' | 'logger' | 'retention'>,
  now: Date,
): Promise<TaskEnd> {
  const { made, dropped } = await keepHistoryPartitions(knex, retention.historyDays, now);
  if (made.length + dropped.length > 0) logger.info({ made, dropped }, 'The history has other months.');
  const { forgotten, isMoreLeft } = await forgetOldValues(knex, retention, now);
  if (Object.keys(forgotten).length > 0) logger.info({ forgotten }, 'Values that came of age were forgotten.');
  return { hasMore: isMoreLeft };
}

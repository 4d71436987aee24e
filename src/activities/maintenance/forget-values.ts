import { keepHistoryPartitions } from '../../db/maintenance/history-partitions';
import { forgetOldValues, type Retention } from '../../db/maintenance/retention';
import type { ActivityDependencies } from '../dependencies';

/** Pause between looks of one worker when nothing was left: what is days old can wait an hour longer. */
const PAUSE_MS = 3_600_000;

/** Forgetting of values by age, a batch at a time, as a part of the clean-up that comes round every few seconds. */
export class ForgettingValues {
  #nextAt = 0;

  /** Forgets a batch of each kind when it is time. Failures are logged: they must not keep runs from being closed. */
  async run(deps: Pick<ActivityDependencies, 'knex' | 'logger'>, retention: Retention): Promise<void> {
    const now = new Date();
    if (now.getTime() < this.#nextAt) return;
    this.#nextAt = now.getTime() + PAUSE_MS;
    try {
      const { made, dropped } = await keepHistoryPartitions(deps.knex, retention.historyDays, now);
      if (made.length + dropped.length > 0) deps.logger.info({ made, dropped }, 'The history has other months.');
      const { forgotten, isMoreLeft } = await forgetOldValues(deps.knex, retention, now);
      if (isMoreLeft) this.#nextAt = 0;
      if (Object.keys(forgotten).length > 0) deps.logger.info({ forgotten }, 'Values that came of age were forgotten.');
    } catch (error) {
      deps.logger.warn({ err: error }, 'Old values could not be forgotten; they are tried again in an hour.');
    }
  }
}

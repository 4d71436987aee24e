import { setTimeout as sleep } from 'node:timers/promises';
import { adaptMirror, wantedFields } from '../../db/schema-changes/adapt-mirror';
import { alertPendingChanges } from '../../db/schema-changes/pending-alerts';
import { takeDueChanges, type ModuleToAdapt } from '../../db/schema-changes/schema-changes';
import type { ActivityDependencies } from '../dependencies';

/** Modules that are brought up to date in one turn; the others are due with the next. */
const MOST_AT_A_TIME = 5;
/** Time in milliseconds for which a turn waits for a rewrite, which then goes on by itself. */
const MOST_WAIT_MS = 20_000;

/**
 * Makes the changes of tables that were approved, and tries those again that PostgreSQL refused; says by alerts what
 * waits for a person. A rewrite may take longer than a turn: it goes on, and if its worker ends, PostgreSQL undoes it and
 * the change is due again.
 */
export async function applySchemaChanges({
  knex,
  maintenanceKnex,
  logger,
}: Pick<ActivityDependencies, 'knex' | 'maintenanceKnex' | 'logger'>): Promise<void> {
  const adapt = async (mirror: ModuleToAdapt): Promise<void> => {
    try {
      // Not on the connections of the housekeeping: those have no time.
      await adaptMirror(knex, mirror, wantedFields);
    } catch (error) {
      logger.warn({ err: error, module: mirror.module }, 'A table could not be changed; tried again.');
    }
  };
  const due = await takeDueChanges(maintenanceKnex, MOST_AT_A_TIME);
  const waiting = new AbortController();
  const maxWait = sleep(MOST_WAIT_MS, undefined, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([Promise.all(due.map(adapt)), maxWait]);
  waiting.abort();
  await alertPendingChanges(maintenanceKnex);
}

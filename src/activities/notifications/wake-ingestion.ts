import { findWaitingInboxes } from '../../db/notifications/notification-inbox';
import type { ActivityDependencies } from '../dependencies';

/** Time in seconds after which a workflow that had been told would have read them. */
const WAITED_SECONDS = 10;

/**
 * Lets the inboxes be read that have waited: nobody was told, or has forgotten it. Failures are logged: they must not keep
 * runs from being closed.
 */
export async function wakeIngestion({
  knex,
  logger,
  ingestion,
}: Pick<ActivityDependencies, 'knex' | 'logger' | 'ingestion'>): Promise<void> {
  for (const inbox of await findWaitingInboxes(knex, WAITED_SECONDS)) {
    await ingestion.wake(inbox).catch((error: unknown) => {
      logger.warn({ err: error, module: inbox.module }, 'Notifications that wait could not be told of; tried again.');
    });
  }
}

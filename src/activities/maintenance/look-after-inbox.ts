import { closeAlert, listOpenAlertsOfKind, openAlert } from '../../db/health/alerts';
import { countOldNotifications, dropOldNotifications } from '../../db/notifications/old-notifications';
import { counted } from '../../domain/counted';
import type { ActivityDependencies } from '../dependencies';

const KIND = 'webhook.inbox_old';

/**
 * Raises an alert for each module of which Zoho told a day ago and that nobody has read, and closes it when they are. What
 * has waited for a week is dropped. Idempotent.
 */
export async function lookAfterInbox(
  { knex, logger }: Pick<ActivityDependencies, 'knex' | 'logger'>,
  now: Date,
): Promise<void> {
  for (const dropped of await dropOldNotifications(knex, now)) {
    logger.warn({ ...dropped }, 'Notifications that waited for a week were dropped.');
  }
  const old = await countOldNotifications(knex, now);
  for (const { connectionId, key, module, records } of old) {
    await openAlert(knex, {
      connectionId,
      module: key,
      kind: KIND,
      severity: 'warning',
      message: `${counted(records, `record of ${module} that Zoho told of has`, `records of ${module} that Zoho told of have`)} waited for more than a day. Look at the connection and at the sessions of the type webhook_update; what waits for a week is dropped.`,
    });
  }
  const still = new Set(old.map(({ connectionId, key }) => `${connectionId} ${key}`));
  for (const { connectionId, module } of await listOpenAlertsOfKind(knex, KIND)) {
    if (!still.has(`${connectionId} ${module}`)) await closeAlert(knex, { connectionId, module, kind: KIND });
  }
}

import { closeAlert, openAlert } from '../../db/health/alerts';
import { makeDue } from '../../db/maintenance/housekeeping-tasks';
import { countMissedChanges, type SeenChanges } from '../../db/notifications/missed-changes';
import { recordChannel } from '../../db/notifications/notification-channels';
import { isSilent, nextChannelState } from '../../domain/notifications/channel-states';
import type { ActivityDependencies } from '../dependencies';

const KIND = 'webhook.silent';

/**
 * Counts what Zoho should have told of and did not. A channel that misses much is subscribed anew, with an alert that
 * stays open until it tells again. Idempotent.
 */
export async function lookAfterChannels({ knex }: Pick<ActivityDependencies, 'knex'>, now: Date): Promise<void> {
  for (const seen of await countMissedChanges(knex, now)) {
    const { id, connectionId, key, missed, changes } = seen;
    if (!isSilent(seen)) {
      if (changes > 0) await closeAlert(knex, { connectionId, module: key, kind: KIND });
      continue;
    }
    await openAlert(knex, { connectionId, module: key, kind: KIND, severity: 'warning', message: describe(seen) });
    const reason = `Zoho did not tell of ${missed} of ${changes} changes, and is asked to do so anew.`;
    await recordChannel(knex, id, { state: nextChannelState('active', 'silent'), reason, gap: true });
    await makeDue(knex, 'renewChannels');
  }
}

function describe({ module, missed, changes }: SeenChanges): string {
  return `Zoho did not tell of ${missed} of ${changes} changes of ${module}; they came with incremental syncs. The channel is subscribed anew. If that does not help, see whether Zoho reaches PULSE_PUBLIC_URL.`;
}

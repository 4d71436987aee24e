import type { DeliveryRule } from '../../simulator/notifications/delivery-plan';
import { housekeep } from '../support/housekeeping';
import type { Org } from '../support/org';
import { poll } from '../support/poll';
import type { World } from './world';

/** Time for Zoho to tell of everything and for the engine to read it, some of it twice. */
const SETTLING_MS = 90_000;

/** Trouble on the way from Zoho to the receiver. */
export const TROUBLE: readonly DeliveryRule[] = [
  { kind: 'drop' },
  { kind: 'drop', probability: 0.5 },
  { kind: 'duplicate' },
  { kind: 'reorder', delayMs: 300 },
  { kind: 'delay', delayMs: 400 },
];

/** Lets Zoho tell of changes from here on: a worker looks at the channels, and what came before is read. */
export async function openChannels(org: Org, world: World): Promise<void> {
  await housekeep(org.engine, 'renewChannels', org.connectionId);
  const channels = world.simulation.notifications.channels.list().length;
  world.note(`channels: ${channels}`);
  world.tally.count('notices', channels > 0 ? 'channels open' : 'no channel yet');
}

/** Disturbs what Zoho tells, by the dice unless it is said how. */
export function disturbNotices(org: Org, world: World, chosen?: DeliveryRule): void {
  org.zoho.clearDeliveryRules();
  if (!chosen && !world.dice.chance(0.5)) return;
  const rule = chosen ?? world.dice.pick(TROUBLE);
  org.zoho.addDeliveryRule({ ...rule, source: 'notification' });
  world.tally.count('notices', rule.kind);
  world.note(`what Zoho tells: ${JSON.stringify(rule)}`);
}

/** Waits until Zoho has told of everything and all of it was read. @throws Error when the inbox does not become empty */
export async function settleNotices(org: Org): Promise<void> {
  org.zoho.clearDeliveryRules();
  const waiting = async () => {
    const [row] = await org.engine.query<{ waiting: string }>(
      `select count(*) as waiting from sync.notification_inbox i join sync.mirrors m on m.id = i.mirror_id
       where m.connection_id = ?`,
      [org.connectionId],
    );
    return Number(row?.waiting);
  };
  const options = { timeoutMs: SETTLING_MS, pauseMs: 100 };
  await poll(async () => org.zoho.deliveries().pending === 0, { what: 'Zoho has told of everything', ...options });
  await poll(async () => (await waiting()) === 0, {
    what: 'the inbox is empty',
    explain: async () => `${await waiting()} records wait`,
    ...options,
  });
}

/** Ends what still goes on for an org by itself: the workflows that wait for more to be told, and its housekeeping. */
export async function leave(org: Org): Promise<void> {
  const { workflow } = org.engine.temporal.client;
  await org.engine.query(`update sync.connections set status = 'needs_reauth' where id = ? returning id`, [
    org.connectionId,
  ]);
  const sessions = await org.engine.query<{ workflow_id: string }>(
    `select distinct workflow_id from sync.crm_sync_sessions
     where connection_id = ? and session_type = 'webhook_update' and completed_at is null and workflow_id is not null`,
    [org.connectionId],
  );
  const ended = sessions.map(({ workflow_id: id }) => workflow.getHandle(id).terminate('The play is over.'));
  await Promise.allSettled(ended);
}

import { type Notification, storeNotifications } from '../../src/db/notifications/notification-inbox';
import { createIngestionCommands } from '../../src/temporal/runs/ingestion-commands';
import type { Org } from './org';
import { poll } from './poll';

/** Puts records into the inbox of a module as if Zoho had told of them, and waits until they have been read. */
export async function notify(
  { engine, connectionId, name: connection }: Org,
  module: string,
  changes: Partial<Record<Notification['operation'], readonly string[]>>,
): Promise<void> {
  const [mirror] = await engine.query<{ id: number }>(
    'select id from sync.mirrors where connection_id = ? and api_name = ?',
    [connectionId, module],
  );
  const mirrorId = mirror?.id ?? 0;
  const processed = async (): Promise<number> => {
    const [sums] = await engine.query<{ processed: string }>(
      `select coalesce(sum(processed_records), 0) as processed from sync.crm_sync_sessions
       where connection_id = ? and session_type = 'webhook_update'`,
      [connectionId],
    );
    return Number(sums?.processed);
  };
  const before = await processed();
  const notifications = Object.entries(changes).map(([operation, ids]) => ({ mirrorId, operation, ids }));
  await storeNotifications(engine.knex, notifications as Notification[]);
  await createIngestionCommands(engine.temporal).wake({ connectionId, connection, mirrorId, module, key: module });
  const inbox = () => engine.query('select from sync.notification_inbox where mirror_id = ?', [mirrorId]);
  const waiting = { timeoutMs: 60_000, pauseMs: 100 };
  await poll(async () => (await inbox()).length === 0, { what: 'the inbox is empty', ...waiting });
  await poll(async () => (await processed()) > before, { what: 'the session says what was read', ...waiting });
}

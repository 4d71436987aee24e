import type { Org } from '../support/org';

/** Columns with times of our own clock by which the engine decides that something is due, looked at every hour. */
const HOURLY: Readonly<Record<string, readonly string[]>> = {
  'sync.mirrors': ['counted_at', 'metadata_checked_at', 'fields_checked_at', 'names_checked_at', 'last_compared_at'],
  'sync.connections': ['access_token_expires_at', 'token_requests_blocked_until', 'users_listed_at'],
};
/** Those by which rows come of age, sessions are due and channels end, looked at every day. */
const DAILY: Readonly<Record<string, readonly string[]>> = {
  'sync.crm_sync_sessions': ['started_at', 'completed_at', 'last_activity_at'],
  'sync.sync_status_logs': ['timestamp'],
  'sync.record_sync_statuses': ['processed_at'],
  'sync.session_chunks': ['started_at', 'loaded_at'],
  'sync.api_ledger': ['spent_at'],
  'sync.tombstones': ['created_at'],
  'sync.differences': ['found_at', 'settled_at'],
  'sync.verifications': ['ended_at'],
  'sync.notification_channels': ['expires_at', 'renew_at', 'subscribed_at'],
};

/** Lets an hour pass for the engine, of which the clock of this machine knows nothing. */
export async function letHourPass(org: Org): Promise<void> {
  await shift(org, HOURLY, '1 hour');
  await org.engine.query(
    `update sync.connections set token_requests = array(select at - interval '1 hour' from unnest(token_requests) at)
     returning id`,
  );
}

/** The same with a day, of which the hours have passed. */
export async function letDayPass(org: Org): Promise<void> {
  await shift(org, DAILY, '1 day');
}

async function shift(org: Org, tables: typeof HOURLY, by: string): Promise<void> {
  for (const [table, columns] of Object.entries(tables)) {
    const changes = columns.map((column) => `${column} = ${column} - interval '${by}'`);
    await org.engine.query(`update ${table} set ${changes.join(', ')}`);
  }
}

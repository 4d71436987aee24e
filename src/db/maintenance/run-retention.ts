import type { RetentionStep } from './retention-step';

/** Days after which a completed sync is forgotten that changed something, and one that changed nothing. */
const CHANGED_DAYS = 180;
const UNCHANGED_DAYS = 30;
/** Days that the log of a completed sync is kept, as far as it only tells of its steps. */
const STEPS_DAYS = 30;

/** The newest session of a kind stays: what is due next follows from it. So does one whose findings are kept. */
const SESSION = `
  select session.id from sync.crm_sync_sessions session
  where session.completed_at < :before::timestamptz
    and not exists (select from sync.verifications kept where kept.session_id = session.id)
    and exists (select from sync.crm_sync_sessions newer
      where newer.connection_id = session.connection_id and newer.module_name = session.module_name
        and newer.session_type = session.session_type and newer.status = session.status and newer.id > session.id)`;

/** Syncs whose rows are worth less than those of comparisons and nights, once they have completed. */
const SMALL = `and session.status = 'completed'
  and session.session_type in ('incremental_sync', 'webhook_update', 'manual_refresh')`;

const UNCHANGED = `and session.successful_records = 0 and session.failed_records = 0
  and coalesce(session.result ->> 'deleted', session.result ->> 'vanished', '0') = '0'`;

function forgetSessions(which: string): string {
  return `delete from sync.crm_sync_sessions where id = any(array(${SESSION} ${which} order by session.id limit :limit))`;
}

function forgetPartsOfSessions(table: 'differences' | 'session_chunks'): string {
  return `
    delete from sync.${table}
    where ctid = any(array(
      select part.ctid from sync.crm_sync_sessions session
      join sync.${table} part on part.session_id = session.id
      where session.completed_at < :before::timestamptz limit :limit))`;
}

/** Steps of forgetting runs, and what they cost. Chunks, log lines and statuses go with their session. */
export const RUN_STEPS: Readonly<Record<string, RetentionStep>> = {
  stepLines: {
    age: 'logDays',
    mostDays: STEPS_DAYS,
    sql: `
      delete from sync.sync_status_logs
      where ctid = any(array(
        select line.ctid from sync.sync_status_logs line
        join sync.crm_sync_sessions session on session.id = line.session_id
        where line.timestamp < :before::timestamptz and line.log_level in ('DEBUG', 'INFO')
          and session.status = 'completed' limit :limit))`,
  },
  unchangedSessions: { age: 'runDays', mostDays: UNCHANGED_DAYS, sql: forgetSessions(`${SMALL} ${UNCHANGED}`) },
  changedSessions: { age: 'runDays', mostDays: CHANGED_DAYS, sql: forgetSessions(SMALL) },
  sessions: { age: 'runDays', sql: forgetSessions('') },
  // Of sessions whose verification stays, too.
  differences: { age: 'ledgerDays', sql: forgetPartsOfSessions('differences') },
  chunks: { age: 'runDays', sql: forgetPartsOfSessions('session_chunks') },
  items: {
    age: 'runDays',
    sql: `
      delete from sync.bulk_operation_items
      where ctid = any(array(
        select item.ctid from sync.bulk_operation_items item
        join sync.bulk_operations operation on operation.id = item.operation_id
        where operation.completed_at < :before::timestamptz limit :limit))`,
  },
  operations: {
    age: 'runDays',
    sql: `
      delete from sync.bulk_operations
      where id = any(array(
        select operation.id from sync.bulk_operations operation
        where operation.completed_at < :before::timestamptz
          and not exists (select from sync.bulk_operation_items item where item.operation_id = operation.id)
        limit :limit))`,
  },
  jobs: {
    age: 'ledgerDays',
    sql: `
      delete from sync.bulk_jobs
      where id = any(array(
        select job.id from sync.bulk_jobs job
        where job.updated_at < :before::timestamptz
          and not exists (select from sync.crm_sync_sessions session
            where session.id = job.session_id and session.completed_at is null)
          and not exists (select from sync.bulk_operations operation
            where operation.id = job.session_id and operation.completed_at is null)
        order by job.id limit :limit))`,
  },
  // Entries are written in the order of their ids, so the oldest are found without an index by time.
  ledger: {
    age: 'ledgerDays',
    sql: `
      with forgotten as (
        delete from sync.api_ledger
        where spent_at < :before::timestamptz
          and id = any(array(select id from sync.api_ledger order by id limit :limit))
        returning *
      ), kept as (
        insert into sync.sync_health_metrics as day (connection_id, metric_date, module_name, total_api_calls,
          total_rate_limit_hits, total_credits, total_data_transferred_mb)
        select connection_id, (spent_at at time zone 'UTC')::date, module_name, sum(calls), sum(rate_limited),
          sum(credits), round(sum(bytes_received + bytes_sent) / 1000000.0, 3)
        from forgotten where exists (select from sync.connections where id = connection_id)
        group by 1, 2, 3
        on conflict (connection_id, metric_date, module_name) do update set
          total_api_calls = day.total_api_calls + excluded.total_api_calls,
          total_rate_limit_hits = day.total_rate_limit_hits + excluded.total_rate_limit_hits,
          total_credits = day.total_credits + excluded.total_credits,
          total_data_transferred_mb = day.total_data_transferred_mb + excluded.total_data_transferred_mb
      )
      select from forgotten`,
  },
};

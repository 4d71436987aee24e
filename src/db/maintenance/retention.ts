import type { Knex } from 'knex';

/** Ages in days after which values and lines are forgotten; 0 keeps them for ever. */
export interface Retention {
  /** Of records and values that ended writes sent to Zoho, and of rows that are in quarantine no longer. */
  readonly sentDays: number;
  /** Of the values of deleted rows in tombstones, and of the statuses of single records. */
  readonly deletedDays: number;
  /** Of the log lines of sessions and operations. */
  readonly logDays: number;
  /** Of what became of each record and its values, by whole months. */
  readonly historyDays: number;
}

interface Step {
  readonly age: keyof Retention;
  /** Forgets a batch; `:days` is the age, `:limit` the size of the batch. */
  readonly sql: string;
}

/**
 * Steps of forgetting. Outcomes, counts, ids and tombstones themselves stay: only what records hold goes. The audit log
 * holds no values and stays, too.
 */
const STEPS: Readonly<Record<string, Step>> = {
  recordsOfWrites: {
    age: 'sentDays',
    sql: `
      update sync.bulk_operation_items set record = null
      where ctid = any(array(
        select i.ctid from sync.bulk_operation_items i join sync.bulk_operations o on o.id = i.operation_id
        where o.completed_at < now() - make_interval(days => :days::int) and o.values_forgotten_at is null
          and i.record is not null limit :limit))`,
  },
  requestsOfWrites: {
    age: 'sentDays',
    sql: `
      update sync.bulk_operations set request = request - 'values', callback_secret = null, values_forgotten_at = now()
      where id = any(array(
        select o.id from sync.bulk_operations o
        where o.completed_at < now() - make_interval(days => :days::int) and o.values_forgotten_at is null
          and not exists (select from sync.bulk_operation_items i where i.operation_id = o.id and i.record is not null)
        limit :limit))`,
  },
  closedQuarantine: {
    age: 'sentDays',
    sql: `
      delete from sync.quarantine
      where ctid = any(array(
        select ctid from sync.quarantine
        where status = 'closed' and closed_at < now() - make_interval(days => :days::int) limit :limit))`,
  },
  deletedRows: {
    age: 'deletedDays',
    sql: `
      update sync.tombstones set row_data = null
      where ctid = any(array(
        select ctid from sync.tombstones
        where row_data is not null and created_at < now() - make_interval(days => :days::int) limit :limit))`,
  },
  recordStatuses: {
    age: 'deletedDays',
    sql: `
      delete from sync.record_sync_statuses
      where ctid = any(array(
        select ctid from sync.record_sync_statuses
        where processed_at < now() - make_interval(days => :days::int) limit :limit))`,
  },
  logLines: {
    age: 'logDays',
    sql: `
      delete from sync.sync_status_logs
      where ctid = any(array(
        select ctid from sync.sync_status_logs
        where timestamp < now() - make_interval(days => :days::int) limit :limit))`,
  },
};

/** Rows that one statement changes: each takes a moment, whatever has piled up. */
const BATCH_ROWS = 5_000;

/**
 * Forgets a batch of each kind that has come of age. Idempotent.
 * @returns how many rows were changed or removed, by kind, and whether more is left
 */
export async function forgetOldValues(
  knex: Knex,
  retention: Retention,
  batchRows = BATCH_ROWS,
): Promise<{ forgotten: Readonly<Record<string, number>>; isMoreLeft: boolean }> {
  const forgotten: Record<string, number> = {};
  for (const [kind, { age, sql }] of Object.entries(STEPS)) {
    const days = retention[age];
    if (days === 0) continue;
    const { rowCount } = await knex.raw<{ rowCount: number }>(sql, { days, limit: batchRows });
    if (rowCount > 0) forgotten[kind] = rowCount;
  }
  return { forgotten, isMoreLeft: Object.values(forgotten).some((rows) => rows === batchRows) };
}

import type { Knex } from 'knex';
import type { DatabaseErrorKind } from '../../domain/database-failures';
import { toDatabaseError } from '../postgres/pg-errors';
import type { Retention, RetentionStep } from './retention-step';
import { RUN_STEPS } from './run-retention';

/**
 * Steps of forgetting. Outcomes, counts and ids stay: only what records hold goes, and later the tombstones themselves
 * but for those of deletes that Zoho does not know of yet, whose time is `infinity`. The audit log holds no values and
 * stays.
 */
const STEPS: Readonly<Record<string, RetentionStep>> = {
  recordsOfWrites: {
    age: 'sentDays',
    sql: `
      update sync.bulk_operation_items set record = null
      where ctid = any(array(
        select i.ctid from sync.bulk_operation_items i join sync.bulk_operations o on o.id = i.operation_id
        where o.completed_at < :before::timestamptz and o.values_forgotten_at is null
          and i.record is not null limit :limit))`,
  },
  requestsOfWrites: {
    age: 'sentDays',
    sql: `
      update sync.bulk_operations set request = request - 'values', callback_secret = null, values_forgotten_at = :now::timestamptz
      where id = any(array(
        select o.id from sync.bulk_operations o
        where o.completed_at < :before::timestamptz and o.values_forgotten_at is null
          and not exists (select from sync.bulk_operation_items i where i.operation_id = o.id and i.record is not null)
        limit :limit))`,
  },
  closedQuarantine: {
    age: 'sentDays',
    sql: `
      delete from sync.quarantine
      where ctid = any(array(
        select ctid from sync.quarantine
        where status = 'closed' and closed_at < :before::timestamptz limit :limit))`,
  },
  deletedRows: {
    age: 'deletedDays',
    sql: `
      update sync.tombstones set row_data = null
      where ctid = any(array(
        select ctid from sync.tombstones
        where row_data is not null and created_at < :before::timestamptz limit :limit))`,
  },
  recordStatuses: {
    age: 'deletedDays',
    sql: `
      delete from sync.record_sync_statuses
      where ctid = any(array(
        select ctid from sync.record_sync_statuses
        where processed_at < :before::timestamptz limit :limit))`,
  },
  logLines: {
    age: 'logDays',
    sql: `
      delete from sync.sync_status_logs
      where ctid = any(array(
        select ctid from sync.sync_status_logs
        where timestamp < :before::timestamptz limit :limit))`,
  },
  tombstones: {
    age: 'fenceDays',
    sql: `
      delete from sync.tombstones
      where ctid = any(array(
        select ctid from sync.tombstones where deleted_at < :before::timestamptz limit :limit))`,
  },
  // What a person has decided stays, as the audit log does.
  lapsedApprovals: {
    age: 'fenceDays',
    sql: `
      delete from sync.approvals
      where id = any(array(
        select approval.id from sync.approvals approval
        where approval.asked_at < :before::timestamptz and approval.state in ('expired', 'withdrawn')
          and not exists (select from sync.held_removals held where held.approval_id = approval.id) limit :limit))`,
  },
  closedAlerts: {
    age: 'fenceDays',
    sql: `
      delete from sync.alerts
      where id = any(array(select id from sync.alerts where closed_at < :before::timestamptz limit :limit))`,
  },
};

/** Rows that one statement changes: each takes a moment, whatever has piled up. */
const BATCH_ROWS = 5_000;

/** Failures of a step that is left to the next call. */
const TOOK_TOO_LONG: ReadonlySet<DatabaseErrorKind> = new Set(['lock_timeout', 'statement_timeout']);

/**
 * Forgets a batch of each kind that has come of age, in a transaction each that waits a second for its locks and works
 * for two at most. Idempotent.
 * @param now the moment from which ages are counted
 * @returns how many rows were changed or removed, by kind, and whether more is left
 */
export async function forgetOldValues(
  knex: Knex,
  retention: Retention,
  now: Date,
  batchRows = BATCH_ROWS,
): Promise<{ forgotten: Readonly<Record<string, number>>; isMoreLeft: boolean }> {
  const forgotten: Record<string, number> = {};
  for (const [kind, { age, sql, mostDays = Infinity }] of Object.entries({ ...STEPS, ...RUN_STEPS })) {
    const days = retention[age];
    if (days === 0) continue;
    const before = new Date(now.getTime() - Math.min(days, mostDays) * 86_400_000);
    const rows = await forgetBatch(knex, sql, { before, now, limit: batchRows });
    if (rows > 0) forgotten[kind] = rows;
  }
  return { forgotten, isMoreLeft: Object.values(forgotten).some((rows) => rows === batchRows) };
}

async function forgetBatch(
  knex: Knex,
  sql: string,
  bindings: { before: Date; now: Date; limit: number },
): Promise<number> {
  try {
    return await knex.transaction(async (trx) => {
      await trx.raw(`set local lock_timeout = '1s'; set local statement_timeout = '2s'`);
      const { rowCount } = await trx.raw<{ rowCount: number }>(sql, { ...bindings });
      return rowCount;
    });
  } catch (error) {
    const kind = toDatabaseError(error)?.kind;
    if (kind !== undefined && TOOK_TOO_LONG.has(kind)) return 0;
    throw error;
  }
}

import type { Knex } from 'knex';
import { raw } from 'objection';
import type { RecordAction } from '../../domain/runs/enums';
import { RecordSyncStatusModel } from '../models/record-sync-status';

export interface RecordStatusFilter {
  action?: RecordAction;
  crmRecordId?: string;
  /** Only records that failed or conflict and that nobody has resolved. */
  needsAttention?: boolean;
}

/** The place of a row among its session's rows: its natural key. */
export interface RecordPosition {
  sequence: string;
  position: number;
}

/**
 * Lists the changes of records by a session, in their order.
 * @param page `after`: only rows after this place
 */
export async function listRecordStatuses(
  knex: Knex,
  sessionId: string,
  filter: RecordStatusFilter,
  page: { limit: number; after?: RecordPosition },
): Promise<RecordSyncStatusModel[]> {
  const query = RecordSyncStatusModel.query(knex)
    .where('session_id', sessionId)
    .orderBy(['sequence', 'position'])
    .limit(page.limit);
  if (filter.action !== undefined) void query.where('action_taken', filter.action);
  if (filter.crmRecordId !== undefined) void query.where('crm_record_id', filter.crmRecordId);
  if (filter.needsAttention === true) {
    void query.where(raw(`resolved_at is null and (has_conflicts or action_taken = 'failed')`));
  }
  if (page.after) {
    void query.where(raw('(sequence, position) > (?::bigint, ?::int)', [page.after.sequence, page.after.position]));
  }
  return query;
}

import type { Knex } from 'knex';
import { LOG_LEVELS, type LogLevel } from '../../domain/runs/enums';
import { SyncStatusLogModel } from '../models/sync-status-log';

export interface LogFilter {
  /** This level and the graver ones. */
  minimumLevel?: LogLevel;
  component?: string;
}

/**
 * A session's log lines in the order they were written.
 * @param page `after`: only lines after the one with this id, which follows a growing log
 */
export async function listLogs(
  knex: Knex,
  sessionId: string,
  filter: LogFilter,
  page: { limit: number; after?: string },
): Promise<SyncStatusLogModel[]> {
  const query = SyncStatusLogModel.query(knex).where('session_id', sessionId).orderBy('id').limit(page.limit);
  if (filter.minimumLevel !== undefined) {
    void query.whereIn('log_level', LOG_LEVELS.slice(LOG_LEVELS.indexOf(filter.minimumLevel)));
  }
  if (filter.component !== undefined) void query.where('component', filter.component);
  if (page.after !== undefined) void query.where('id', '>', page.after);
  return query;
}

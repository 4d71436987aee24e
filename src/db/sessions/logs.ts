import type { Knex } from 'knex';
import { LOG_LEVELS, type LogLevel } from '../../domain/runs/enums';
import type { RunRef } from '../../domain/runs/run';
import { SyncStatusLogModel } from '../models/sync-status-log';

export interface LogFilter {
  /** This level and the graver ones. */
  minimumLevel?: LogLevel;
  component?: string;
}

/**
 * A run's log lines in the order they were written.
 * @param page `after`: only lines after the one with this id, which follows a growing log
 */
export async function listLogs(
  knex: Knex,
  run: RunRef,
  filter: LogFilter,
  page: { limit: number; after?: string },
): Promise<SyncStatusLogModel[]> {
  const owner = run.kind === 'session' ? 'session_id' : 'operation_id';
  const query = SyncStatusLogModel.query(knex).where(owner, run.id).orderBy('id').limit(page.limit);
  if (filter.minimumLevel !== undefined) {
    void query.whereIn('log_level', LOG_LEVELS.slice(LOG_LEVELS.indexOf(filter.minimumLevel)));
  }
  if (filter.component !== undefined) void query.where('component', filter.component);
  if (page.after !== undefined) void query.where('id', '>', page.after);
  return query;
}

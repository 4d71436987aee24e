import type { Knex } from 'knex';
import type { RunStatus } from '../../domain/runs/enums';

/** A session that keeps the syncs of a schedule away. */
export interface HeldTrack {
  connectionId: string;
  key: string;
  module: string;
  sessionId: string;
  track: 'all_rows' | 'changes';
  status: RunStatus;
  startedAt: Date;
}

/**
 * Finds, for each configured module, the session that has kept others of its kind away for long: from reading changes for
 * three times its frequency and an hour at least, from reading all rows by a pause of a day.
 */
export async function findHeldTracks(knex: Knex, now: Date): Promise<HeldTrack[]> {
  const answer = await knex.raw<{ rows: HeldTrack[] }>(
    `select distinct on (session.connection_id, session.module_name) session.connection_id as "connectionId",
       session.module_name as key, coalesce(mirror.api_name, session.module_name) as module, session.id as "sessionId",
       session.track, session.status, session.started_at as "startedAt"
     from sync.sync_configurations configuration
     join sync.crm_sync_sessions session
       on session.connection_id = configuration.connection_id and session.module_name = configuration.module_name
         and session.track in ('all_rows', 'changes') and session.status in ('initiated', 'in_progress', 'paused')
     left join sync.mirrors mirror
       on mirror.connection_id = configuration.connection_id and mirror.key = configuration.module_name
     where configuration.is_active and (
       session.track = 'changes' and session.started_at < :now::timestamptz
         - greatest(make_interval(mins => 3 * configuration.sync_frequency_minutes), interval '1 hour')
       or session.track = 'all_rows' and session.status = 'paused'
         and session.last_activity_at < :now::timestamptz - interval '1 day')
     order by session.connection_id, session.module_name, session.started_at`,
    { now },
  );
  return answer.rows;
}

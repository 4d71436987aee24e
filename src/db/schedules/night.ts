import type { Knex } from 'knex';
import type { NightlyDepth, VerifyInterval } from '../../domain/configurations/configuration';
import type { WorkDone } from '../../domain/schedules/night-work';

/** A configured module, as a night needs to know it. */
export interface ConfiguredModule {
  configurationId: string;
  key: string;
  /** Zoho's name of the module now. */
  module: string;
  nightly: NightlyDepth;
  verifyEvery: VerifyInterval;
  lookBackHours: number;
  /** Rows by Zoho's count, as the newest full sync found it; 0 before the first. */
  rows: number;
  /** Keys of the modules that its lookups point to. */
  parents: string[];
  /** When every value was compared last; null, too, if that was asked for since. */
  comparedAt: Date | null;
}

/** Lists the modules of a connection with an active configuration, by key. */
export async function listConfiguredModules(knex: Knex, connectionId: string): Promise<ConfiguredModule[]> {
  const answer = await knex.raw<{ rows: ConfiguredModule[] }>(
    `select configuration.id as "configurationId", configuration.module_name as key,
       coalesce(mirror.api_name, configuration.module_name) as module, configuration.nightly,
       configuration.verify_every as "verifyEvery", configuration.look_back_hours as "lookBackHours",
       coalesce((
         select session.expected_records::float8 from sync.crm_sync_sessions session
         where session.connection_id = configuration.connection_id and session.module_name = configuration.module_name
           and session.session_type = 'full_sync' and session.expected_records is not null
         order by session.id desc limit 1), 0) as rows,
       array(
         select distinct parent.key from sync.module_fields field
         join sync.mirrors parent on parent.connection_id = field.connection_id
           and parent.api_name = field.definition ->> 'lookupModule'
         where field.connection_id = configuration.connection_id and field.module_name = configuration.module_name
           and field.status = 'active'
         order by parent.key) as parents,
       (
         select session.completed_at from sync.crm_sync_sessions session
         where session.connection_id = configuration.connection_id and session.module_name = configuration.module_name
           and session.session_type in ('full_sync', 'verification') and session.status = 'completed'
           and session.result ->> 'compared' = 'values'
           and session.started_at >= coalesce(mirror.values_wanted_at, session.started_at)
         order by session.id desc limit 1) as "comparedAt"
     from sync.sync_configurations configuration
     left join sync.mirrors mirror
       on mirror.connection_id = configuration.connection_id and mirror.key = configuration.module_name
     where configuration.connection_id = ? and configuration.is_active
     order by configuration.module_name`,
    [connectionId],
  );
  return answer.rows;
}

/** A session that is a part of another. */
export interface PartSession {
  sessionId: string;
  key: string;
  credits: number;
  created: number;
  updated: number;
  read: number;
  deleted: number;
}

/** Lists the sessions that a night has opened, with what they have done. */
export async function listPartSessions(knex: Knex, parentSessionId: string): Promise<PartSession[]> {
  const answer = await knex.raw<{ rows: PartSession[] }>(
    `select id as "sessionId", module_name as key, credits_spent::float8 as credits,
       coalesce((result ->> 'read')::float8, 0) as read, coalesce((result ->> 'created')::float8, 0) as created,
       coalesce((result ->> 'updated')::float8, 0) as updated, coalesce((result ->> 'deleted')::float8, 0) as deleted
     from sync.crm_sync_sessions where parent_session_id = ? order by id`,
    [parentSessionId],
  );
  return answer.rows;
}

/** Finds what the syncs of a connection that began after a moment have done. @returns by the key of the module */
export async function findWorkSince(knex: Knex, connectionId: string, since: Date): Promise<Map<string, WorkDone>> {
  const answer = await knex.raw<{ rows: (WorkDone & { key: string })[] }>(
    `select module_name as key, bool_or(session_type = 'full_sync') as "allRows",
       bool_or(session_type = 'full_sync' and result ->> 'compared' is not distinct from 'values') as values,
       bool_or(session_type = 'incremental_sync' and trigger = 'nightly') as changes
     from sync.crm_sync_sessions
     where connection_id = ? and started_at >= ? and status = 'completed'
     group by module_name`,
    [connectionId, since],
  );
  return new Map(answer.rows.map(({ key, ...done }) => [key, done]));
}

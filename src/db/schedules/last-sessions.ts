import type { Knex } from 'knex';
import type { RunStatus } from '../../domain/runs/enums';
import type { DesiredSchedule } from '../../domain/schedules/desired-schedule';

/** Module of a session that is of no one module. */
const ALL_MODULES = '*';

/** The newest session of the kind that a schedule starts. */
export interface LastSession {
  sessionId: string;
  status: RunStatus;
  at: Date;
}

/** Finds the newest session of each schedule, whoever started it. @returns by the id of the schedule */
export async function findLastSessions(
  knex: Knex,
  schedules: readonly DesiredSchedule[],
): Promise<Map<string, LastSession>> {
  const answer = await knex.raw<{ rows: (LastSession & { scheduleId: string })[] }>(
    `select wanted.id as "scheduleId", session.id as "sessionId", session.status, session.started_at as at
     from unnest(?::text[], ?::uuid[], ?::text[], ?::text[]) as wanted (id, connection_id, module_name, session_type)
     cross join lateral (
       select id, status, started_at from sync.crm_sync_sessions
       where connection_id = wanted.connection_id and module_name = wanted.module_name
         and session_type = wanted.session_type
       order by id desc limit 1
     ) session`,
    [
      schedules.map(({ id }) => id),
      schedules.map(({ connectionId }) => connectionId),
      schedules.map((schedule) => (schedule.kind === 'nightly' ? ALL_MODULES : schedule.key)),
      schedules.map(({ kind }) => (kind === 'nightly' ? 'nightly' : 'incremental_sync')),
    ],
  );
  return new Map(answer.rows.map(({ scheduleId, ...session }) => [scheduleId, session]));
}

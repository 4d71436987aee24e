import type { Knex } from 'knex';
import { nightOf, type TimeOfDay } from '../../domain/schedules/next-runs';

/** A connection whose nights the clock is to start. */
export interface ConnectionNights {
  connectionId: string;
  connection: string;
  night: TimeOfDay;
  /** When its first configuration with work for the night came. */
  wantedSince: Date;
}

interface NightsRow extends Omit<ConnectionNights, 'night'> {
  nightlyAt: string;
  scheduleTimeZone: string | null;
  orgTimeZone: string | null;
}

/** Lists the connections that have work for the night, can be used, and whose nights nobody has paused. */
export async function listConnectionNights(knex: Knex): Promise<ConnectionNights[]> {
  const answer = await knex.raw<{ rows: NightsRow[] }>(
    `select connection.id as "connectionId", connection.name as connection, connection.nightly_at as "nightlyAt",
       connection.schedule_time_zone as "scheduleTimeZone", connection.org_time_zone as "orgTimeZone",
       min(configuration.created_at) as "wantedSince"
     from sync.connections connection
     join sync.sync_configurations configuration on configuration.connection_id = connection.id
     where connection.status = 'active' and connection.nightly_paused_at is null and configuration.is_active
       and (configuration.nightly <> 'none' or configuration.verify_every <> 'never')
     group by connection.id order by connection.name`,
  );
  return answer.rows.map(({ connectionId, connection, wantedSince, ...row }) => ({
    connectionId,
    connection,
    wantedSince,
    night: nightOf(row),
  }));
}

/** The last night of a connection. */
export interface LastNight {
  sessionId: string;
  beganAt: Date;
}

/**
 * Finds the night of a connection that began last. One whose workflow was lost does not count: it has no result.
 * @param byClock leaves out those that people started
 */
export async function findLastNight(
  knex: Knex,
  connectionId: string,
  { byClock = false } = {},
): Promise<LastNight | undefined> {
  const answer = await knex.raw<{ rows: LastNight[] }>(
    `select id as "sessionId", started_at as "beganAt" from sync.crm_sync_sessions
     where connection_id = :connectionId and module_name = '*' and session_type = 'nightly'
       and not (status = 'failed' and result is null)
       and (not :byClock::boolean or trigger in ('schedule', 'housekeeping'))
     order by id desc limit 1`,
    { connectionId, byClock },
  );
  return answer.rows[0];
}

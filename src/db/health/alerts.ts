import type { Knex } from 'knex';
import { AlertModel } from '../models/alert';
import { replaceUnstorable, toJsonb } from '../postgres/json';

export interface NewAlert {
  connectionId: string;
  /** API name; absent where the alert is about the whole connection. */
  module?: string;
  /** Subject of the alert, e.g. `connection.needs_reauth`; one open alert of a kind. */
  kind: string;
  severity: AlertModel['severity'];
  /** One sentence that says what to do: no secret, no record value. */
  message: string;
  details?: object;
}

export type AlertKey = Pick<NewAlert, 'connectionId' | 'module' | 'kind'>;

/**
 * Opens an alert. While one of the same connection, module and kind is open, its words are brought up to date instead.
 * @returns whether it is new: only then is somebody to be notified
 */
export async function openAlert(knex: Knex, alert: NewAlert): Promise<boolean> {
  const answer = await knex.raw<{ rows: [{ isNew: boolean }] }>(
    `insert into sync.alerts (connection_id, module_name, kind, severity, message, details)
     values (?, ?, ?, ?, ?, ?::jsonb)
     on conflict (connection_id, module_name, kind) where closed_at is null
       do update set severity = excluded.severity, message = excluded.message, details = excluded.details
     returning xmax = 0 as "isNew"`,
    [
      alert.connectionId,
      alert.module ?? null,
      alert.kind,
      alert.severity,
      replaceUnstorable(alert.message),
      alert.details === undefined ? null : toJsonb(alert.details),
    ],
  );
  return answer.rows[0].isNew;
}

/** @returns whether one was open */
export async function closeAlert(knex: Knex, { connectionId, module, kind }: AlertKey): Promise<boolean> {
  const answer = await knex.raw<{ rowCount: number }>(
    `update sync.alerts set closed_at = now()
     where connection_id = ? and module_name is not distinct from ? and kind = ? and closed_at is null`,
    [connectionId, module ?? null, kind],
  );
  return answer.rowCount > 0;
}

/** Newest first. */
export async function listOpenAlerts(knex: Knex, connectionId: string, limit: number): Promise<AlertModel[]> {
  return AlertModel.query(knex)
    .where('connection_id', connectionId)
    .whereNull('closed_at')
    .orderBy([
      { column: 'opened_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit);
}

/** Lists what the open alerts of a kind are about, of all connections. */
export async function listOpenAlertsOfKind(
  knex: Knex,
  kind: string,
): Promise<{ connectionId: string; module: string }[]> {
  const answer = await knex.raw<{ rows: { connectionId: string; module: string }[] }>(
    `select connection_id as "connectionId", module_name as module from sync.alerts
     where kind = ? and closed_at is null and module_name is not null`,
    [kind],
  );
  return answer.rows;
}

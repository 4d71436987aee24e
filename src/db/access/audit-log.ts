import type { Knex } from 'knex';
import type { RunKind, RunRef } from '../../domain/runs/run';
import { AuditLogEntryModel } from '../models/audit-log-entry';
import { toJsonb } from '../postgres/json';

export interface AuditEntry {
  /** `api-key:<name>#<prefix>`, `anonymous`, or `temporal` for a message that reached a workflow past the API. */
  actor: string;
  /** Mutation, e.g. `session.pause`. */
  action: string;
  /** Object of the mutation, e.g. `session/<id>`. */
  target?: string;
  /**
   * `succeeded`, the code of the problem that was answered, or `pending` until one of the two is known; `failed` for a
   * start that came to nothing while nobody could say why.
   */
  outcome: string;
  /** Never a secret, never record data. */
  details?: object;
}

/** Adds a line to the audit log. @returns its id */
export async function insertAuditEntry(knex: Knex, entry: AuditEntry): Promise<string> {
  const details = entry.details === undefined ? null : toJsonb(entry.details);
  const answer = await knex.raw<{ rows: [{ id: string }] }>(
    'insert into sync.audit_log (actor, action, target, outcome, details) values (?, ?, ?, ?, ?::jsonb) returning id',
    [entry.actor, entry.action, entry.target ?? null, entry.outcome, details],
  );
  return answer.rows[0].id;
}

/**
 * Adds a line for something that may be delivered more than once. Idempotent by the target and the delivery.
 * @param delivery kept in the details
 */
export async function insertAuditEntryOnce(
  knex: Knex,
  delivery: string,
  { actor, action, target, outcome, details }: AuditEntry & { target: string },
): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`audit ${delivery}`]);
    await trx.raw(
      `insert into sync.audit_log (actor, action, target, outcome, details)
       select :actor, :action, :target, :outcome, :details::jsonb
       where not exists (
         select from sync.audit_log where target = :target and details ->> 'delivery' = :delivery)`,
      { actor, action, target, outcome, delivery, details: toJsonb({ ...details, delivery }) },
    );
  });
}

/**
 * Gives a pending line of the audit log its outcome; a line that has one keeps it.
 */
export async function settleAuditEntry(knex: Knex, id: string, outcome: string): Promise<void> {
  await knex.raw(`update sync.audit_log set outcome = ? where id = ? and outcome = 'pending'`, [outcome, id]);
}

/** An entry of a start whose outcome nobody has written. */
export interface PendingStart {
  id: string;
  /** The run that it was to start. */
  run: RunRef;
}

/** Lists entries of starts that have been pending for some time, the oldest first. */
export async function listPendingStarts(knex: Knex, olderThanMs: number, limit: number): Promise<PendingStart[]> {
  const answer = await knex.raw<{ rows: { id: string; kind: RunKind; run: string }[] }>(
    `select id, split_part(details ->> 'run', '/', 1) as kind, split_part(details ->> 'run', '/', 2) as run
     from sync.audit_log
     where outcome = 'pending' and details ->> 'run' is not null and at < now() - ? * interval '1 millisecond'
     order by id limit ?`,
    [olderThanMs, limit],
  );
  return answer.rows.map(({ id, kind, run }) => ({ id, run: { kind, id: run } }));
}

/** Lists entries of the audit log, newest first. */
export async function listAuditEntries(
  knex: Knex,
  filter: { target?: string },
  limit: number,
): Promise<AuditLogEntryModel[]> {
  const query = AuditLogEntryModel.query(knex).orderBy('id', 'desc').limit(limit);
  if (filter.target !== undefined) void query.where('target', filter.target);
  return query;
}

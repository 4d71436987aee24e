import type { Knex } from 'knex';
import { AuditLogEntryModel } from '../models/audit-log-entry';
import { toJsonb } from '../postgres/json';

export interface AuditEntry {
  /** `api-key:<name>#<prefix>`, or `anonymous`. */
  actor: string;
  /** Mutation, e.g. `session.pause`. */
  action: string;
  /** Object of the mutation, e.g. `session/<id>`. */
  target?: string;
  /** `succeeded`, or the code of the problem that was answered. */
  outcome: string;
  /** Never a secret, never record data. */
  details?: object;
}

/** Adds a line to the audit log. */
export async function insertAuditEntry(knex: Knex, entry: AuditEntry): Promise<void> {
  const details = entry.details === undefined ? null : toJsonb(entry.details);
  await knex.raw('insert into sync.audit_log (actor, action, target, outcome, details) values (?, ?, ?, ?, ?::jsonb)', [
    entry.actor,
    entry.action,
    entry.target ?? null,
    entry.outcome,
    details,
  ]);
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

import type { Knex } from 'knex';
import type { FieldModificationAction, FieldModificationOutcome } from '../../domain/runs/enums';
import { FieldModificationModel } from '../models/field-modification';
import { toJsonb } from '../postgres/json';

export interface NewFieldModification {
  connectionId: string;
  moduleName: string;
  action: FieldModificationAction;
  /** As in the audit log. */
  actor: string;
  requested: object;
  /** Of the field that is changed. */
  fieldId?: string | undefined;
  before?: object | undefined;
}

export interface FieldModificationEnd {
  outcome: Exclude<FieldModificationOutcome, 'pending'>;
  fieldId?: string | undefined;
  after?: object | undefined;
  errorCode?: string | undefined;
  errorMessage?: string | undefined;
}

/** Records a change before it is requested of Zoho. @returns the id of the entry */
export async function insertFieldModification(knex: Knex, entry: NewFieldModification): Promise<string> {
  const answer = await knex.raw<{ rows: [{ id: string }] }>(
    `insert into sync.field_modifications (connection_id, module_name, field_id, action, actor, requested, before)
     values (?, ?, ?, ?, ?, ?::jsonb, ?::jsonb) returning id`,
    [
      entry.connectionId,
      entry.moduleName,
      entry.fieldId ?? null,
      entry.action,
      entry.actor,
      toJsonb(entry.requested),
      entry.before === undefined ? null : toJsonb(entry.before),
    ],
  );
  return answer.rows[0].id;
}

/** Records the outcome of a change. An entry has one outcome: a second one changes nothing. */
export async function closeFieldModification(knex: Knex, id: string, end: FieldModificationEnd): Promise<void> {
  await knex.raw(
    `update sync.field_modifications set outcome = ?, field_id = coalesce(?, field_id), after = ?::jsonb,
       error_code = ?, error_message = ?, settled_at = now()
     where id = ? and outcome = 'pending'`,
    [
      end.outcome,
      end.fieldId ?? null,
      end.after === undefined ? null : toJsonb(end.after),
      end.errorCode ?? null,
      end.errorMessage ?? null,
      id,
    ],
  );
}

export async function getFieldModification(knex: Knex, id: string): Promise<FieldModificationModel> {
  return FieldModificationModel.query(knex).findById(id).throwIfNotFound();
}

/** Newest first. */
export async function listFieldModifications(
  knex: Knex,
  { connectionId, moduleName, fieldId }: { connectionId: string; moduleName: string; fieldId?: string | undefined },
  page: { limit: number; before?: string | undefined },
): Promise<FieldModificationModel[]> {
  const query = FieldModificationModel.query(knex)
    .where({ connection_id: connectionId, module_name: moduleName })
    .orderBy('id', 'desc')
    .limit(page.limit);
  if (fieldId !== undefined) void query.where('field_id', fieldId);
  if (page.before !== undefined) void query.where('id', '<', page.before);
  return query;
}

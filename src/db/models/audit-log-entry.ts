import { BaseModel, type JsonObject } from './base-model';

/** Audit of one mutation: its actor, target and outcome. */
export class AuditLogEntryModel extends BaseModel {
  static override readonly tableName = 'sync.audit_log';
  static override readonly jsonAttributes = ['details'];

  declare id: string;
  declare at: Date;
  declare actor: string;
  declare action: string;
  declare target: string | null;
  declare outcome: string;
  declare details: JsonObject | null;
}

import type { FieldModificationAction, FieldModificationOutcome } from '../../domain/runs/enums';
import { BaseModel, type JsonObject } from './base-model';

/** One creation or change of a custom field in Zoho. */
export class FieldModificationModel extends BaseModel {
  static override readonly tableName = 'sync.field_modifications';
  static override readonly jsonAttributes = ['requested', 'before', 'after'];

  declare id: string;
  declare connectionId: string;
  declare moduleName: string;
  declare fieldId: string | null;
  declare action: FieldModificationAction;
  declare actor: string;
  declare requestedAt: Date;
  declare settledAt: Date | null;
  declare requested: JsonObject;
  declare before: JsonObject | null;
  declare after: JsonObject | null;
  declare outcome: FieldModificationOutcome;
  declare errorCode: string | null;
  declare errorMessage: string | null;
}

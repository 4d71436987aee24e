import { BaseModel, type JsonObject } from './base-model';

export const MODULE_FIELD_STATUSES = ['active', 'no_permission', 'removed'] as const;
export type ModuleFieldStatus = (typeof MODULE_FIELD_STATUSES)[number];

/** Which mirror column holds which Zoho field. The field's id is the key, so a rename in Zoho stays a rename. */
export class ModuleFieldModel extends BaseModel {
  static override readonly tableName = 'sync.module_fields';
  static override readonly idColumn = ['connection_id', 'module_name', 'field_id'];
  static override readonly jsonAttributes = ['definition'];

  declare connectionId: string;
  declare moduleName: string;
  declare fieldId: string;
  declare apiName: string;
  declare columnName: string;
  /** Zoho's `data_type`. */
  declare dataType: string;
  /** PostgreSQL type of the column. */
  declare columnType: string;
  /** The field as Zoho's metadata describes it. */
  declare definition: JsonObject;
  declare ordinal: number;
  declare status: ModuleFieldStatus;
  declare bulkReadable: boolean;
  declare firstSeenAt: Date;
  declare updatedAt: Date;
}

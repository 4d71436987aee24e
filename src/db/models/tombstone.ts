import type { TombstoneReason } from '../../domain/runs/enums';
import { BaseModel, type JsonObject } from './base-model';

/** A row that left the mirror, whole, so that it can be restored and no late page revives it. */
export class TombstoneModel extends BaseModel {
  static override readonly tableName = 'sync.tombstones';
  static override readonly idColumn = ['connection_id', 'module_name', 'record_id'];
  static override readonly jsonAttributes = ['rowData'];

  declare connectionId: string;
  declare moduleName: string;
  declare recordId: string;
  declare deletedAt: Date;
  declare reason: TombstoneReason;
  declare rowData: JsonObject | null;
  declare sessionId: string | null;
  declare createdAt: Date;
}

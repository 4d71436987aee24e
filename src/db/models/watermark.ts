import { BaseModel } from './base-model';

/** Zoho time up to which the mirror of a module is complete. */
export class WatermarkModel extends BaseModel {
  static override readonly tableName = 'sync.watermarks';
  static override readonly idColumn = ['connection_id', 'module_name'];

  declare connectionId: string;
  declare moduleName: string;
  declare completeUntil: Date;
  declare deletesUntil: Date | null;
  declare sessionId: string | null;
  declare updatedAt: Date;
}

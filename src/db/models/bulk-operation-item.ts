import type { ITEM_ACTIONS, ItemError, ItemStatus } from '../../domain/runs/bulk-operations';
import { BaseModel } from './base-model';

/** One record of a bulk operation. Its values stay in the database. */
export class BulkOperationItemModel extends BaseModel {
  static override readonly tableName = 'sync.bulk_operation_items';
  static override readonly jsonAttributes = ['errors'];
  static override readonly idColumn = ['operation_id', 'position'];

  declare operationId: string;
  /** From 1. */
  declare position: number;
  declare action: (typeof ITEM_ACTIONS)[number];
  declare moduleName: string;
  declare findBy: string | null;
  declare fileNumber: number | null;
  declare rowNumber: number | null;
  declare status: ItemStatus;
  declare recordId: string | null;
  declare errors: ItemError[] | null;
}

import type { BulkOperationKind } from '../../domain/runs/bulk-operations';
import type { JsonObject } from './base-model';
import { RunModel } from './run';

export type CallbackState = 'pending' | 'delivered' | 'failed';

/** A bulk write or a mass update, from request to result. */
export class BulkOperationModel extends RunModel {
  static override readonly tableName = 'sync.bulk_operations';
  static override readonly jsonAttributes: string[] = ['request', 'plan', 'result'];

  declare kind: BulkOperationKind;
  declare message: string | null;
  declare moduleNames: string[];
  declare request: JsonObject;
  declare totalRecords: number | null;
  declare processedRecords: number;
  declare successfulRecords: number;
  declare failedRecords: number;
  declare callbackUrl: string | null;
  declare callbackSecret: string | null;
  declare callbackState: CallbackState | null;
  declare callbackAttempts: number;
  declare workflowId: string;
  declare initiatedBy: string;
  declare requestHash: string;
}

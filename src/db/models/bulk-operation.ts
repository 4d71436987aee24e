import type { BulkOperationKind } from '../../domain/runs/bulk-operations';
import type { RunStatus } from '../../domain/runs/enums';
import { BaseModel, type JsonObject } from './base-model';

export type CallbackState = 'pending' | 'delivered' | 'failed';

/** A bulk write or a mass update, from request to result. */
export class BulkOperationModel extends BaseModel {
  static override readonly tableName = 'sync.bulk_operations';
  static override readonly jsonAttributes = ['request', 'plan', 'result'];

  declare id: string;
  declare connectionId: string;
  declare kind: BulkOperationKind;
  declare status: RunStatus;
  declare phase: string | null;
  declare message: string | null;
  declare moduleNames: string[];
  declare request: JsonObject;
  declare plan: JsonObject | null;
  declare result: JsonObject | null;
  declare totalRecords: number | null;
  declare processedRecords: number;
  declare successfulRecords: number;
  declare failedRecords: number;
  declare errorMessage: string | null;
  declare pauseReason: string | null;
  declare callbackUrl: string | null;
  declare callbackSecret: string | null;
  declare callbackState: CallbackState | null;
  declare callbackAttempts: number;
  declare workflowId: string;
  declare firstExecutionRunId: string | null;
  declare stateVersion: string;
  declare initiatedBy: string;
  declare idempotencyKey: string | null;
  declare requestHash: string;
  declare startedAt: Date;
  declare completedAt: Date | null;
  declare lastActivityAt: Date;
}

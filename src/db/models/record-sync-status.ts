import type { ConflictStrategy, RecordAction, SyncDirection } from '../../domain/runs/enums';
import { BaseModel, type Json, type JsonObject } from './base-model';

/** Outcome of one session for one record. */
export class RecordSyncStatusModel extends BaseModel {
  static override readonly tableName = 'sync.record_sync_statuses';
  static override readonly jsonAttributes = [
    'beforeData',
    'afterData',
    'conflictDetails',
    'errorDetails',
    'validationErrors',
  ];

  declare id: string;
  declare connectionId: string;
  declare sessionId: string;
  /** With `position` the natural key of the row, so that writing it twice is harmless. */
  declare sequence: string;
  declare position: number;
  declare crmRecordId: string | null;
  declare localRecordId: string | null;
  declare moduleName: string;
  declare actionTaken: RecordAction;
  declare syncDirection: SyncDirection;
  declare processedAt: Date;
  declare retryCount: number;
  declare fieldsUpdated: string[] | null;
  declare beforeData: JsonObject | null;
  declare afterData: JsonObject | null;
  declare hasConflicts: boolean;
  declare conflictDetails: JsonObject | null;
  declare resolutionStrategy: ConflictStrategy | null;
  declare resolvedBy: string | null;
  declare resolvedAt: Date | null;
  declare errorMessage: string | null;
  declare errorCode: string | null;
  declare errorDetails: JsonObject | null;
  declare validationErrors: Json | null;
  /** 0 to 1. */
  declare dataQualityScore: string | null;
  declare processingTimeMs: number | null;
  declare apiCallsUsed: number;

  get isSuccessful(): boolean {
    return this.actionTaken !== 'failed' && this.errorCode === null;
  }

  /** The predicate of the partial index `record_sync_statuses_attention`. */
  get needsAttention(): boolean {
    return this.resolvedAt === null && (this.hasConflicts || this.actionTaken === 'failed');
  }
}

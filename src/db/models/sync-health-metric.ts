import { BaseModel } from './base-model';

/** One day's health of one module, or of the whole connection when `moduleName` is null. */
export class SyncHealthMetricModel extends BaseModel {
  static override readonly tableName = 'sync.sync_health_metrics';

  declare id: string;
  declare connectionId: string;
  /** `YYYY-MM-DD`, UTC. */
  declare metricDate: string;
  declare moduleName: string | null;
  declare totalSessions: string;
  declare successfulSessions: string;
  declare failedSessions: string;
  declare averageSessionDurationSeconds: string | null;
  declare totalRecordsProcessed: string;
  declare totalRecordsSuccessful: string;
  declare totalRecordsFailed: string;
  declare totalConflictsDetected: string;
  declare averageProcessingTimeMs: string | null;
  declare totalApiCalls: string;
  declare totalRateLimitHits: string;
  declare averageResponseTimeMs: string | null;
  declare totalDataTransferredMb: string;
  declare averageDataQualityScore: string | null;
  declare totalValidationErrors: string;
  declare dataFreshnessMinutes: string | null;
  /** 0 to 1. */
  declare systemHealthScore: string | null;
  declare uptimePercentage: string | null;
  declare createdAt: Date;
}

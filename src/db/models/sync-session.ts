import { Model, type RelationMappingsThunk } from 'objection';
import type {
  ConflictStrategy,
  ReadPath,
  SessionTrack,
  SessionTrigger,
  SessionType,
  SyncDirection,
} from '../../domain/runs/enums';
import type { Verification } from '../../domain/runs/verification';
import type { JsonObject } from './base-model';
import { ConnectionModel } from './connection';
import { RunModel } from './run';
import { SessionChunkModel } from './session-chunk';
import { SyncStatusLogModel } from './sync-status-log';

/** One sync of a module. */
export class SyncSessionModel extends RunModel {
  static override readonly tableName = 'sync.crm_sync_sessions';
  static override readonly jsonAttributes: string[] = ['syncConfig', 'plan', 'result', 'verification'];

  declare sessionType: SessionType;
  /** Computed by the database from the type. */
  declare readonly track: SessionTrack | null;
  declare trigger: SessionTrigger;
  declare parentSessionId: string | null;
  declare configurationId: string | null;
  declare moduleName: string;
  declare syncDirection: SyncDirection;
  declare totalRecords: string;
  declare processedRecords: string;
  declare successfulRecords: string;
  declare failedRecords: string;
  declare skippedRecords: string;
  declare fromTimestamp: Date | null;
  declare toTimestamp: Date | null;
  declare lastModifiedTime: Date | null;
  declare retryCount: number;
  declare maxRetries: number;
  declare apiCallsMade: string;
  declare rateLimitHits: string;
  declare totalDataTransferredMb: string;
  declare batchSize: number;
  declare conflictResolution: ConflictStrategy;
  declare syncConfig: JsonObject;
  declare readPath: ReadPath | null;
  /** Rows Zoho counted when the session was planned. */
  declare expectedRecords: string | null;
  declare creditsSpent: string;
  declare verification: Verification | null;

  declare connection?: ConnectionModel;
  declare logs?: SyncStatusLogModel[];
  declare chunks?: SessionChunkModel[];

  static override relationMappings: RelationMappingsThunk = () => ({
    connection: {
      relation: Model.BelongsToOneRelation,
      modelClass: ConnectionModel,
      join: { from: 'sync.crm_sync_sessions.connection_id', to: 'sync.connections.id' },
    },
    logs: {
      relation: Model.HasManyRelation,
      modelClass: SyncStatusLogModel,
      join: { from: 'sync.crm_sync_sessions.id', to: 'sync.sync_status_logs.session_id' },
    },
    chunks: {
      relation: Model.HasManyRelation,
      modelClass: SessionChunkModel,
      join: { from: 'sync.crm_sync_sessions.id', to: 'sync.session_chunks.session_id' },
    },
  });

  /** Per cent of the records the session set out for; `undefined` while their number is unknown. */
  get progressPercentage(): number | undefined {
    const total = Number(this.totalRecords) || Number(this.expectedRecords ?? 0);
    if (this.status === 'completed') return 100;
    return total > 0 ? Math.min(100, (100 * Number(this.processedRecords)) / total) : undefined;
  }

  /** Share (0 to 1) of the finished records that succeeded; `undefined` before the first. */
  get successRate(): number | undefined {
    const finished = Number(this.successfulRecords) + Number(this.failedRecords);
    return finished > 0 ? Number(this.successfulRecords) / finished : undefined;
  }

  /** Seconds from start to completion, or until `now` while the session is active. */
  durationSeconds(now: Date = new Date()): number {
    return Math.max(0, ((this.completedAt ?? now).getTime() - this.startedAt.getTime()) / 1000);
  }
}

import type { LogLevel } from '../../domain/runs/enums';
import { BaseModel, type JsonObject } from './base-model';

/** One line of the event log of a run. */
export class SyncStatusLogModel extends BaseModel {
  static override readonly tableName = 'sync.sync_status_logs';
  static override readonly jsonAttributes = ['dataPayload', 'errorDetails'];

  declare id: string;
  declare connectionId: string;
  /** Null for a line of an operation. */
  declare sessionId: string | null;
  /** Null for a line of a session. */
  declare operationId: string | null;
  /** With `position` the natural key of the line, so that writing it twice is harmless. */
  declare sequence: string;
  declare position: number;
  declare timestamp: Date;
  declare logLevel: LogLevel;
  declare component: string;
  declare message: string;
  declare recordId: string | null;
  declare apiEndpoint: string | null;
  declare executionTimeMs: number | null;
  declare dataPayload: JsonObject | null;
  declare errorCode: string | null;
  declare errorDetails: JsonObject | null;
}

import type { LogLevel } from '../../domain/runs/enums';
import { BaseModel, type JsonObject } from './base-model';

/** One line of a session's event log. */
export class SyncStatusLogModel extends BaseModel {
  static override readonly tableName = 'sync.sync_status_logs';
  static override readonly jsonAttributes = ['dataPayload', 'errorDetails'];

  declare id: string;
  declare connectionId: string;
  declare sessionId: string;
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

import { BaseModel, type JsonObject } from './base-model';

/** A bulk-read or bulk-write job that Zoho runs for a session. */
export class BulkJobModel extends BaseModel {
  static override readonly tableName = 'sync.bulk_jobs';
  static override readonly jsonAttributes = ['details', 'result'];

  declare id: string;
  declare connectionId: string;
  declare sessionId: string;
  declare kind: 'read' | 'write';
  /** Null between our decision to create the job and Zoho's answer. */
  declare zohoJobId: string | null;
  declare page: number;
  /** Zoho's `state`, e.g. `ADDED`, `IN PROGRESS`, `COMPLETED`, `FAILED`. */
  declare state: string;
  declare details: JsonObject | null;
  declare result: JsonObject | null;
  declare createdAt: Date;
  declare updatedAt: Date;
}

import { BaseModel, type JsonObject } from './base-model';

export const QUARANTINE_STATUSES = ['open', 'retried', 'resolved', 'ignored'] as const;
export type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number];

/** A record (or one cell of it) that did not fit, kept aside with its reason while the rest went on. */
export class QuarantinedRecordModel extends BaseModel {
  static override readonly tableName = 'sync.quarantine';
  static override readonly jsonAttributes = ['rawData'];

  declare id: string;
  declare connectionId: string;
  declare moduleName: string;
  declare recordId: string | null;
  declare sessionId: string | null;
  declare chunkNumber: number | null;
  declare field: string | null;
  declare reason: string;
  declare errorCode: string | null;
  declare rawData: JsonObject | null;
  declare status: QuarantineStatus;
  declare attempts: number;
  declare createdAt: Date;
  declare resolvedAt: Date | null;
}

import { BaseModel } from './base-model';

/** What calls to Zoho cost: one row a call, or a batch of calls of one operation. */
export class ApiLedgerEntryModel extends BaseModel {
  static override readonly tableName = 'sync.api_ledger';

  declare id: string;
  declare connectionId: string;
  declare sessionId: string | null;
  declare operation: string;
  declare moduleName: string | null;
  declare calls: number;
  declare credits: string;
  declare failedCalls: number;
  declare rateLimited: number;
  declare bytesReceived: string;
  declare bytesSent: string;
  declare latencyMsTotal: string;
  declare failures: Record<string, number>;
  declare latencyBuckets: number[];
  declare spentAt: Date;
  declare worker: string | null;
}

import type { ComparisonTerms } from '../../../db/mirror/load/difference-rows';
import type { PartialRead } from '../../../db/mirror/load/merge-rule';
import type { MirrorModule } from '../../../db/mirror/mirror-module';
import type { ChunkKind } from '../../../db/models/session-chunk';
import type { ScanEnd } from '../../../domain/runs/chunk-numbers';
import type { SessionSums } from '../../../temporal/contract/results';
import type { ListRecordsQuery } from '../../../zoho/records/list-records';
import type { ActivityDependencies } from '../../dependencies';
import type { ZohoWork } from '../../with-zoho';
import type { Leg, Unfinished } from '../leg';
import type { TwoEndedScan } from './two-ended-scan';

export interface ScanRequest {
  sessionId: string;
  kind: ChunkKind;
  /** First of the scan's chunk numbers, see `scanChunks`. */
  firstChunk: number;
  query: Pick<ListRecordsQuery, 'sortOrder' | 'converted'>;
  /** Reads what was modified since then, oldest first, instead of all records by id. ISO 8601, whole seconds. */
  changesSince?: string;
  /** Reads all records by time of modification instead of by id. */
  byTime?: boolean;
  compareValues: boolean;
  partialRead?: PartialRead | undefined;
  /** Set while the module is compared with its mirror. */
  terms?: ComparisonTerms | undefined;
  trackRecords: boolean;
  keepSeenIds: boolean;
  /** The mirror was empty when the session began. */
  firstLoad?: boolean;
  /** Another scan approaches from the other end of the ids. */
  twoEnded?: { scan: TwoEndedScan; end: ScanEnd };
}

export interface ScanResult extends SessionSums {
  /**
   * The earliest time at Zoho when the first page was answered, of the last attempt that read one; null if none did.
   * ISO 8601.
   */
  lastAnswer: string | null;
  /**
   * Whether page tokens were used among changes, because more of them share a second than fit a page or because they
   * came in no order: then a record may have slipped between two pages. Histories hold the result under this name.
   */
  crowded: boolean;
}

/** Result of a scan, or that it has not read all. */
export type ScanOutcome = ScanResult | Unfinished;

export interface ScanContext {
  deps: ActivityDependencies;
  zoho: ZohoWork;
  mirror: MirrorModule;
  request: ScanRequest;
  leg: Leg;
}

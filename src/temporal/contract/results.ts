import type { CountTerms } from '../../domain/mirror/explain-counts';
import type { SyncReadPlan } from '../../domain/planning/sync-plan';
import type { Comparison } from '../../domain/runs/enums';

/** Plan of a full sync. Small and JSON: it is kept in the workflow's history. */
export interface FullSyncPlan extends SyncReadPlan {
  /** The module's API name by Zoho's metadata; plans of earlier versions lack it. */
  module?: string;
  expectedRows: number;
  /** Zoho's time before anything was read: changes after it are read again at the end. ISO 8601. */
  lowWatermark: string;
  /** Nothing can have vanished from a mirror that was empty. */
  mirrorWasEmpty: boolean;
  /** Until when earlier sessions followed Zoho's deletes; null if none did. */
  deletesFollowedUntil: string | null;
  fields: number;
  hasModifiedTime: boolean;
  /**
   * Zoho's time up to which the mirror promised to be right when the session began: what differs and is older has
   * drifted. Null if it promised nothing. ISO 8601; absent from histories of versions that did not tell.
   */
  promisedUntil?: string | null;
  /** Comparison of rows that were not modified; absent from histories of versions that compared times. */
  compare?: Comparison;
  /** Fields that are exported to find what differs, which is then asked for by id; all of them without it. */
  comparedFields?: string[];
  /** Only ids and times are read, by another way than before. */
  idsOnly?: boolean;
  /** Whether the credits of the day suffice; absent from older histories. */
  affordable?: boolean;
  /** Fields and names of lookups that bulk read had refused by then; absent from histories of earlier versions. */
  notExported?: string[];
  /** The path does not show converted records: they are read by list pages after the rest. */
  leavesOutConverted: boolean;
  /** Things a person should know before reading the result. */
  warnings: string[];
}

/** Plan of an incremental sync. Small and JSON: it is kept in the workflow's history. */
export interface IncrementalSyncPlan {
  /** The module's API name by Zoho's metadata; plans of earlier versions lack it. */
  module?: string;
  /** Zoho's times from which on changes and deletes are read. ISO 8601. */
  changesSince: string;
  deletesSince: string;
  fields: number;
  /** Records in quarantine that are worth another question; absent from histories of versions that did not ask. */
  dueRecords?: number;
  /** Both sides are to be counted even if nothing came or went; absent from histories of versions that always counted. */
  countDue?: boolean;
  /** Things a person should know before reading the result. */
  warnings: string[];
}

/** Rows of a module on both sides. */
export interface RowCounts extends CountTerms {
  /** When they were counted, by Zoho's clock; ISO 8601. Absent from histories of earlier versions. */
  at?: string;
  /** A difference that nothing explained when it was looked into, if there is one. */
  knownDifference?: number;
  /** Records of the module whose current version does not fit, whichever session met them. */
  quarantinedRows: number;
  /** Columns that refuse most of them; absent from histories of versions that did not ask. */
  misfits?: { column: string; rows: number }[];
}

/** Rows of a session by what became of them. */
export interface SessionSums {
  read: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
}

/** Plan of a mass update. */
export interface MassUpdatePlan {
  module: string;
  /** The records are those of a view: Zoho runs a job of its own and returns counts only. */
  byView: boolean;
}

/** Records of a custom view as the job of a mass update counts them; it does not name them. */
export interface ViewCounts {
  total: number;
  updated: number;
  notUpdated: number;
  failed: number;
}

/** Things that a person should know about the submission of a file's job. */
export interface BulkWriteSubmission {
  /** Zoho refused the URL for its call, and took the job without it. */
  callbackRefused: boolean;
}

/** The files that a bulk write sends, and what they cost. */
export interface BulkWritePlan {
  files: { file: number; module: string; action: string; rows: number }[];
  rows: number;
  credits: number;
}

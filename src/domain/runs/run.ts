import type { LogLevel, ReadPath, RecordAction, RunStatus } from './enums';
import type { Verification } from './verification';

/**
 * A run is a piece of work with a row of its own that one workflow carries out, and that a person can follow, pause,
 * resume and cancel: a `session` syncs a module, an `operation` writes many records of one request.
 */
export const RUN_KINDS = ['session', 'operation'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** Identifies a run. */
export interface RunRef {
  kind: RunKind;
  id: string;
}

export function sessionRun(id: string): RunRef {
  return { kind: 'session', id };
}

export function operationRun(id: string): RunRef {
  return { kind: 'operation', id };
}

/** Columns of a run's row that its workflow owns. */
export interface RunPatch {
  status?: RunStatus;
  phase?: string | null;
  workflowId?: string;
  firstExecutionRunId?: string;
  totalRecords?: number;
  processedRecords?: number;
  successfulRecords?: number;
  failedRecords?: number;
  errorMessage?: string | null;
  pauseReason?: string | null;
  plan?: object | null;
  result?: object | null;
}

/**
 * Columns of a session's row that its workflow owns. Times are ISO strings: an update travels through Temporal as JSON.
 */
export interface SessionPatch extends RunPatch {
  readPath?: ReadPath | null;
  startedAt?: string;
  /** PostgreSQL's clock sets it when a final status arrives without it. */
  completedAt?: string;
  fromTimestamp?: string | null;
  toTimestamp?: string | null;
  lastModifiedTime?: string | null;
  expectedRecords?: number | null;
  skippedRecords?: number;
  retryCount?: number;
  batchSize?: number;
  verification?: Verification | null;
}

/** Facts of a log line beside its text. */
export interface RunLogData {
  /** Type of the failure that ended the run. */
  type?: string | null | undefined;
}

export interface RunLogLine {
  level: LogLevel;
  component: string;
  message: string;
  /** ISO time of the event. */
  at: string;
  recordId?: string;
  apiEndpoint?: string;
  executionTimeMs?: number;
  data?: RunLogData;
  errorCode?: string;
  errorDetails?: object;
}

/** Outcome of one record in a session. */
export interface SessionRecord {
  crmRecordId: string;
  action: RecordAction;
  localRecordId?: string;
  /** ISO time; PostgreSQL's clock when absent. */
  processedAt?: string;
  retryCount?: number;
  fieldsUpdated?: string[];
  hasConflicts?: boolean;
  conflictDetails?: object;
  errorCode?: string;
  errorMessage?: string;
  errorDetails?: object;
  validationErrors?: object;
  /** 0 to 1. */
  dataQualityScore?: number;
  processingTimeMs?: number;
  apiCallsUsed?: number;
}

/** One step in the life of a run, as its workflow reports it; JSON throughout. */
export interface RunUpdate<Patch extends RunPatch = SessionPatch> {
  run: RunRef;
  /** First execution run id of the workflow that reports it; updates scheduled by an earlier version have none. */
  reportedBy?: string;
  /** Increases with every update of the run, across continue-as-new. */
  sequence: number;
  patch: Patch;
  /** Messages of the step. A session keeps them as its log; an operation shows the last one. */
  logs?: RunLogLine[];
  /** Sessions only. */
  records?: SessionRecord[];
}

/**
 * Answer to a run's update. `applied`: the row has changed. `repeated`: the row is at this version or a later one of
 * the same workflow, as when an update is delivered twice. `ended`: somebody else closed the run, has taken its row, or
 * deleted it.
 */
export type RunUpdateAnswer = 'applied' | 'repeated' | 'ended';

/** Whether the run of an update goes on. Histories of earlier versions hold whether the row had changed. */
export function goesOn(answer: RunUpdateAnswer | boolean): boolean {
  return typeof answer === 'boolean' ? answer : answer !== 'ended';
}

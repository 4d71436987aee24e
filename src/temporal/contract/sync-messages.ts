import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ComparisonFindings } from '../../domain/mirror/comparison-findings';
import type { Comparison, ReadPath, RunStatus, SessionTrigger } from '../../domain/runs/enums';
import type { FullSyncPlan, SessionSums } from './results';

/** Limit of rows that may leave the mirror without a person's approval. */
export interface RemovalOptions {
  /** Remove vanished rows however many they are. */
  allowMassDelete?: boolean | undefined;
  /** Share of the mirror, in per cent, that a sweep may remove unasked. */
  massDeletePercent?: number | undefined;
}

/** Options of any sync. */
export interface SyncOptions extends RemovalOptions {
  /** API names; every field of the module without it. `Modified_Time` always comes along. */
  fields?: string[] | undefined;
}

/** Options of a full sync. */
export interface FullSyncOptions extends SyncOptions {
  /** Instead of the planner's choice. */
  path?: ReadPath | undefined;
  /** `values` without it. */
  compare?: Comparison | undefined;
}

/** Options of an incremental sync. */
export interface IncrementalSyncOptions extends SyncOptions {
  /** Zoho's time to read from, if it lies before the watermark. ISO 8601. */
  since?: string | undefined;
  /** Reads from so many hours before the watermark, too, for what Zoho has shown late. */
  lookBackHours?: number | undefined;
}

/** Input of every sync of a module. */
export interface SyncInput<Options = SyncOptions> {
  /** Absent for a run that the clock or another workflow starts: it opens its session itself. */
  sessionId?: string;
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  /** Zoho's API name when the session began. */
  module: string;
  /** Name of the module in the engine's books, where it is another one. */
  key?: string;
  /** Starter of a run without a session. */
  trigger?: SessionTrigger;
  /** The configuration whose schedule starts it. */
  configurationId?: string;
  /** The nightly session that it is a part of. */
  parentSessionId?: string;
  options: Options;
}

/** Input of a sync that has its session. */
export interface OpenedInput {
  sessionId: string;
}

export type IncrementalSyncInput = SyncInput<IncrementalSyncOptions>;

/** Input of a session that reads chosen records; their ids are in `sync.requested_records`. */
export interface RefreshInput extends SyncInput<object>, OpenedInput {
  sessionId: string;
  /** Number of records. */
  records: number;
}

/** Options of a verification. */
export interface VerifyOptions extends RemovalOptions {
  /** Instead of the planner's choice. */
  path?: ReadPath | undefined;
  /** `values` without it. */
  compare?: Comparison | undefined;
  /** Whether what differs is repaired. @default true */
  repair?: boolean | undefined;
}

/** Input of a workflow that reads a whole module. */
export interface WholeReadInput<Options = FullSyncOptions> extends SyncInput<Options> {
  /** Set by the workflow itself when it continues as new; nobody else sets it. */
  state?: FullSyncState;
  /** For tests: continue as new after so many bulk pages. */
  continueAsNewAfterPages?: number;
}

export type FullSyncInput = WholeReadInput;

export type VerifyInput = WholeReadInput<VerifyOptions>;

/** State that a run hands to the next one of its chain. */
export interface FullSyncState {
  sequence: number;
  plan: FullSyncPlan;
  round: number;
  nextPage: number;
  sums: SessionSums;
}

export interface SyncResult {
  status: RunStatus;
  read: number;
  created: number;
  updated: number;
  unchanged: number;
  deleted: number;
  /** Rows in quarantine. */
  failed: number;
  /** Absent where nothing was counted. */
  zohoRows?: number;
  mirrorRows?: number;
  /** Comparison by which a full sync found what differs; absent for an incremental sync, and from older histories. */
  compared?: Comparison;
  /** Result of a comparison of the whole module; absent for other sessions. */
  findings?: ComparisonFindings;
}

/** Result of a verification that has only looked. */
export interface FindingsResult {
  status: RunStatus;
  findings: ComparisonFindings;
}

/** Result of a session that read records by their ids: chosen ones, or those that Zoho told of. */
export interface RefreshResult extends SessionSums {
  status: RunStatus;
  requested: number;
  /** Records that Zoho has. */
  found: number;
  /** Records that it does not know, and that are no longer in the mirror. */
  vanished: number;
  /** Records that it does not know and that stay until a person decides, since they are too much of the mirror. */
  kept: number;
}

/** Input of the workflow that removes what a person has approved; the ids of the records are in `sync.held_removals`. */
export interface ApprovalInput extends SyncInput<object> {
  approvalId: string;
}

/** Input of the workflow that reads the values of new columns. */
export interface FillInput extends SyncInput<{ fields: string[] }> {
  key: string;
}

/** Result of reading the values of new columns. */
export interface FillResult extends SessionSums {
  status: RunStatus;
  /** API names of the fields whose columns are filled. */
  filled: string[];
  /** Those whose values come with the next full sync. */
  left: string[];
}

/** A module whose notifications are read. */
export interface IngestionTarget {
  connectionId: string;
  /** Name of the connection. */
  connection: string;
  mirrorId: number;
  /** Zoho's name of the module. */
  module: string;
  /** Name of the module in the engine's books. */
  key: string;
}

/** Input of the workflow that reads what Zoho tells of a module. */
export interface IngestionInput extends SyncInput<object> {
  mirrorId: number;
  /** Set by the workflow itself when it continues as new; nobody else sets it. */
  state?: IngestionState;
  /** For tests: continue as new after so many looks into the inbox. */
  continueAsNewAfterLooks?: number;
}

/** State that a run hands to the next one of its chain. */
export interface IngestionState {
  sequence: number;
  /** When the chain began, in milliseconds since 1970. */
  began: number;
  result: RefreshResult;
}

/** Says that there is something in the inbox. */
export const recordsChangedSignal = defineSignal('recordsChanged');

/** Payload of a command, as the control API sends it. A workflow takes anything, and of that only what fits. */
export interface CommandPayload {
  /** Author of the command: an API key's name, or a person. Signals cannot name one. */
  by: string;
  reason?: string;
}

/** Answers once nothing moves any more: at most 15 seconds later. */
export const pauseUpdate = defineUpdate<RunStatus, [CommandPayload]>('pause');
export const resumeUpdate = defineUpdate<RunStatus, [CommandPayload]>('resume');

/** The same commands for the "Send a Signal" button of the Temporal UI; no input is needed. */
export const pauseSignal = defineSignal<[unknown?]>('pause');
export const resumeSignal = defineSignal<[unknown?]>('resume');

export interface SyncProgress {
  status: RunStatus;
  phase: string;
  expectedRows: number | null;
  rowsRead: number;
  /** Why the run stands still, if it does. */
  waitingFor: string | null;
}

export const progressQuery = defineQuery<SyncProgress>('progress');

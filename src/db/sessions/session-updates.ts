import type { Knex } from 'knex';
import {
  FINAL_RUN_STATUSES,
  isFinal,
  type LogLevel,
  type ReadPath,
  type RecordAction,
  type RunStatus,
} from '../../domain/runs/enums';
import { storable, toJsonb } from '../postgres/json';
import { SessionNotFound } from './sessions';

/** The columns a workflow owns. Times are ISO strings: an update travels through Temporal as JSON. */
export interface SessionPatch {
  status?: RunStatus;
  phase?: string | null;
  readPath?: ReadPath | null;
  workflowId?: string;
  firstExecutionRunId?: string;
  startedAt?: string;
  /** Set by PostgreSQL's clock when a final status arrives without it. */
  completedAt?: string;
  fromTimestamp?: string | null;
  toTimestamp?: string | null;
  lastModifiedTime?: string | null;
  totalRecords?: number;
  expectedRecords?: number | null;
  processedRecords?: number;
  successfulRecords?: number;
  failedRecords?: number;
  skippedRecords?: number;
  retryCount?: number;
  batchSize?: number;
  errorMessage?: string | null;
  pauseReason?: string | null;
  plan?: object | null;
  result?: object | null;
}

export interface SessionLogLine {
  level: LogLevel;
  component: string;
  message: string;
  /** ISO time of the event. */
  at: string;
  recordId?: string;
  apiEndpoint?: string;
  executionTimeMs?: number;
  data?: object;
  errorCode?: string;
  errorDetails?: object;
}

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

/** One step of a session's life as its workflow reports it; JSON all through. */
export interface SessionUpdate {
  sessionId: string;
  /** Rises with every update of the session, over all runs of its workflow. */
  sequence: number;
  patch: SessionPatch;
  logs?: SessionLogLine[];
  records?: SessionRecord[];
}

const COLUMNS: Readonly<Record<keyof SessionPatch, string>> = {
  status: 'status',
  phase: 'phase',
  readPath: 'read_path',
  workflowId: 'workflow_id',
  firstExecutionRunId: 'first_execution_run_id',
  startedAt: 'started_at',
  completedAt: 'completed_at',
  fromTimestamp: 'from_timestamp',
  toTimestamp: 'to_timestamp',
  lastModifiedTime: 'last_modified_time',
  totalRecords: 'total_records',
  expectedRecords: 'expected_records',
  processedRecords: 'processed_records',
  successfulRecords: 'successful_records',
  failedRecords: 'failed_records',
  skippedRecords: 'skipped_records',
  retryCount: 'retry_count',
  batchSize: 'batch_size',
  errorMessage: 'error_message',
  pauseReason: 'pause_reason',
  plan: 'plan',
  result: 'result',
};

/**
 * Writes a session's row, log lines and record statuses in one transaction. Idempotent by
 * (`sessionId`, `sequence`): a repeated update changes nothing, and one that arrives late leaves the newer row alone
 * while its log lines and records, which are facts, are still kept. A session in a final status never changes.
 * @returns whether the row changed
 * @throws SessionNotFound
 */
export async function recordProgress(knex: Knex, update: SessionUpdate): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const applied = await patchSession(trx, update);
    if (!applied) await assertSessionExists(trx, update.sessionId);
    if (update.logs?.length) await insertLogLines(trx, update, update.logs);
    if (update.records?.length) await insertRecords(trx, update, update.records);
    return applied;
  });
}

async function patchSession(trx: Knex, { sessionId, sequence, patch }: SessionUpdate): Promise<boolean> {
  const changes: Record<string, unknown> = { state_version: sequence, last_activity_at: trx.fn.now() };
  if (patch.status && isFinal(patch.status)) changes['completed_at'] = trx.fn.now();
  for (const [property, value] of Object.entries(patch) as [keyof SessionPatch, SessionPatch[keyof SessionPatch]][]) {
    if (value !== undefined) changes[COLUMNS[property]] = parameter(value);
  }
  const rows = await trx('crm_sync_sessions')
    .withSchema('sync')
    .where('id', sessionId)
    .where('state_version', '<', sequence)
    .whereNotIn('status', [...FINAL_RUN_STATUSES])
    .update(changes);
  return rows > 0;
}

function parameter(value: string | number | object | null): string | number | null {
  if (typeof value === 'string') return storable(value);
  return typeof value === 'object' && value !== null ? toJsonb(value) : value;
}

async function assertSessionExists(trx: Knex, sessionId: string): Promise<void> {
  const found: unknown = await trx('crm_sync_sessions').withSchema('sync').where('id', sessionId).first('id');
  if (!found) throw new SessionNotFound(sessionId);
}

async function insertLogLines(trx: Knex, update: SessionUpdate, lines: readonly SessionLogLine[]): Promise<void> {
  await trx.raw(
    `insert into sync.sync_status_logs (connection_id, session_id, sequence, position, timestamp, log_level, component,
       message, record_id, api_endpoint, execution_time_ms, data_payload, error_code, error_details)
     select session.connection_id, session.id, :sequence, line.ordinality - 1, line.at, line.level, line.component,
       line.message, line."recordId", line."apiEndpoint", line."executionTimeMs", line.data, line."errorCode",
       line."errorDetails"
     from sync.crm_sync_sessions as session,
       rows from (jsonb_to_recordset(:lines::jsonb) as (
         at timestamptz, level text, component text, message text, "recordId" bigint, "apiEndpoint" text,
         "executionTimeMs" int, data jsonb, "errorCode" text, "errorDetails" jsonb)) with ordinality as line
     where session.id = :sessionId
     on conflict (session_id, sequence, position) do nothing`,
    { sessionId: update.sessionId, sequence: update.sequence, lines: toJsonb(lines) },
  );
}

async function insertRecords(trx: Knex, update: SessionUpdate, records: readonly SessionRecord[]): Promise<void> {
  await trx.raw(
    `insert into sync.record_sync_statuses (connection_id, session_id, sequence, position, module_name, sync_direction,
       crm_record_id, local_record_id, action_taken, processed_at, retry_count, fields_updated, has_conflicts,
       conflict_details, error_code, error_message, error_details, validation_errors, data_quality_score,
       processing_time_ms, api_calls_used)
     select session.connection_id, session.id, :sequence, record.ordinality - 1, session.module_name,
       session.sync_direction, record."crmRecordId", record."localRecordId", record.action,
       coalesce(record."processedAt", now()), coalesce(record."retryCount", 0), record."fieldsUpdated",
       coalesce(record."hasConflicts", false), record."conflictDetails", record."errorCode", record."errorMessage",
       record."errorDetails", record."validationErrors", record."dataQualityScore", record."processingTimeMs",
       coalesce(record."apiCallsUsed", 0)
     from sync.crm_sync_sessions as session,
       rows from (jsonb_to_recordset(:records::jsonb) as (
         "crmRecordId" bigint, "localRecordId" bigint, action text, "processedAt" timestamptz, "retryCount" int,
         "fieldsUpdated" text[], "hasConflicts" boolean, "conflictDetails" jsonb, "errorCode" text,
         "errorMessage" text, "errorDetails" jsonb, "validationErrors" jsonb, "dataQualityScore" numeric,
         "processingTimeMs" int, "apiCallsUsed" int)) with ordinality as record
     where session.id = :sessionId
     on conflict (session_id, sequence, position) do nothing`,
    { sessionId: update.sessionId, sequence: update.sequence, records: toJsonb(records) },
  );
}

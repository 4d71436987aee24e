import type { Knex } from 'knex';
import type { RunLogLine, RunUpdate, SessionRecord } from '../../domain/runs/run';
import { toJsonb } from '../postgres/json';

/** Where the runs that own log lines are, by their kind. */
const OWNERS = {
  session: { table: 'sync.crm_sync_sessions', column: 'session_id' },
  operation: { table: 'sync.bulk_operations', column: 'operation_id' },
} as const;

/** Writes log lines of a run. Idempotent by (`run`, `sequence`) and the line's position in the update. */
export async function insertLogLines(
  trx: Knex,
  { run, sequence }: RunUpdate,
  lines: readonly RunLogLine[],
): Promise<void> {
  await trx.raw(
    `insert into sync.sync_status_logs (connection_id, ${OWNERS[run.kind].column}, sequence, position, timestamp,
       log_level, component, message, record_id, api_endpoint, execution_time_ms, data_payload, error_code,
       error_details)
     select run.connection_id, run.id, :sequence, line.ordinality - 1, line.at, line.level, line.component,
       line.message, line."recordId", line."apiEndpoint", line."executionTimeMs", line.data, line."errorCode",
       line."errorDetails"
     from ${OWNERS[run.kind].table} as run,
       rows from (jsonb_to_recordset(:lines::jsonb) as (
         at timestamptz, level text, component text, message text, "recordId" bigint, "apiEndpoint" text,
         "executionTimeMs" int, data jsonb, "errorCode" text, "errorDetails" jsonb)) with ordinality as line
     where run.id = :id
     on conflict (${OWNERS[run.kind].column}, sequence, position) do nothing`,
    { id: run.id, sequence, lines: toJsonb(lines) },
  );
}

/** Writes outcomes of records in a session. Idempotent by (`run`, `sequence`) and the record's position in the update. */
export async function insertSessionRecords(
  trx: Knex,
  { run, sequence }: RunUpdate,
  records: readonly SessionRecord[],
): Promise<void> {
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
    { sessionId: run.id, sequence, records: toJsonb(records) },
  );
}

import { LIMITS, deleteCredits, writeCredits } from '../../domain/zoho-limits';
import { requestBug } from '../errors/errors';
import type { RecordValue } from '../http/exact-json';
import { checkCount, checkRecordIds } from '../http/request-limits';
import type { CallOptions, ZohoRequest, ZohoTransport } from '../http/transport';
import { type RecordWritten, writeOutcome, type WriteOutcome } from './write-outcome';

/** A record by API names. */
export type RecordInput = Readonly<Record<string, RecordValue | undefined>>;

/** Automations that a write can set off. */
export type Trigger = 'approval' | 'workflow' | 'blueprint' | 'pathfinder' | 'orchestration';
export type AppliedFeature =
  | 'layout_rules'
  | 'range_validation'
  | 'assignment_rules'
  | 'function_validation_rule'
  | 'criteria_validation_rule'
  | 'global_map_dependency'
  | 'territory_subordinates';
export type SkippedFeature = 'assignment_rules' | 'cadences' | 'connected_workflows';

export interface WriteOptions {
  /** The automations that run: all of them without it, none for `[]`. */
  trigger?: readonly Trigger[] | undefined;
  /** Rules that Zoho does not apply to the API unless asked. */
  applyFeatureExecution?: readonly AppliedFeature[] | undefined;
  skipFeatureExecution?: readonly SkippedFeature[] | undefined;
  /** Id of the lead assignment rule to run. */
  leadAssignmentRule?: string | undefined;
}

export interface GuardedWriteOptions extends WriteOptions {
  /**
   * Refuses the write as `conflict` if the record was changed after this time: ISO 8601 with offset, whole seconds.
   * For one record only, as Zoho checks the call as a whole. A change within the same second is not noticed. A repeated
   * call can meet its own first attempt: compare `current.modifiedBy` and the values before you believe the conflict.
   */
  ifUnmodifiedSince?: string | undefined;
}

/**
 * Creates up to 100 records (Zoho's documentation: Insert Records). 1 credit for every ten.
 *
 * Not idempotent: after a failure of category `network` or `server` look for the records before you send them again,
 * or use `upsertRecords` with a unique field.
 *
 * @param records by API names; `null` is no value, absent keys get their defaults.
 * @returns one outcome for each record, in order.
 * @throws ZohoError `request_bug` before the call if it breaks a limit; the categories of every call if it failed as a
 *   whole.
 */
export async function insertRecords(
  transport: ZohoTransport,
  module: string,
  records: readonly RecordInput[],
  write: WriteOptions = {},
  options?: CallOptions,
): Promise<WriteOutcome[]> {
  const label = { operation: 'insert_records', module } as const;
  return send(transport, { ...label, path: modulePath(module) }, records, write, {}, 'insert', options);
}

/**
 * Changes up to 100 records (Zoho's documentation: Update Records). 1 credit for every ten. Idempotent, but automations
 * run again.
 *
 * @param records each with its `id`; `null` clears a field, an absent key keeps its value.
 * @returns one outcome for each record, in order; `not_found` for an id Zoho does not know.
 * @throws ZohoError as `insertRecords`.
 */
export async function updateRecords(
  transport: ZohoTransport,
  module: string,
  records: readonly RecordInput[],
  write: GuardedWriteOptions = {},
  options?: CallOptions,
): Promise<WriteOutcome[]> {
  const label = { operation: 'update_records', module } as const;
  checkRecordIds(
    label,
    records.map(({ id }) => id),
  );
  const request = { ...label, method: 'PUT', path: modulePath(module), headers: guard(label, records, write) } as const;
  return send(transport, request, records, write, {}, 'update', options);
}

/**
 * Creates or changes up to 100 records, found by the first of the check fields that matches (Zoho's documentation:
 * Upsert Records). 1 credit for every ten. Idempotent for records with a value in a unique check field; a record whose
 * check fields are all empty is inserted each time.
 *
 * @param duplicateCheckFields unique fields in the order they are tried; Zoho's own choice if there are none.
 * @returns one outcome for each record, in order, with what was done and the field that found the record.
 * @throws ZohoError as `insertRecords`.
 */
export async function upsertRecords(
  transport: ZohoTransport,
  module: string,
  records: readonly RecordInput[],
  duplicateCheckFields: readonly string[],
  write: GuardedWriteOptions = {},
  options?: CallOptions,
): Promise<WriteOutcome[]> {
  const label = { operation: 'upsert_records', module } as const;
  const fields = duplicateCheckFields.length === 0 ? {} : { duplicate_check_fields: duplicateCheckFields };
  const request = { ...label, path: `${modulePath(module)}/upsert`, headers: guard(label, records, write) };
  return send(transport, request, records, write, fields, 'update', options);
}

/**
 * Moves up to 100 records to the recycle bin (Zoho's documentation: Delete Records). 1 credit.
 *
 * @param write.workflow false keeps workflows from running.
 * @returns one outcome for each id, in order; `not_found` for one that is deleted already.
 * @throws ZohoError as `insertRecords`.
 */
export async function deleteRecords(
  transport: ZohoTransport,
  module: string,
  ids: readonly string[],
  write: { workflow?: boolean | undefined } = {},
  options?: CallOptions,
): Promise<WriteOutcome[]> {
  const label = { operation: 'delete_records', module } as const;
  checkCount(label, ids.length, LIMITS.write.records, 'ids');
  checkRecordIds(label, ids);
  const request = {
    ...label,
    method: 'DELETE',
    path: modulePath(module),
    query: { ids: ids.join(','), wf_trigger: write.workflow === undefined ? undefined : String(write.workflow) },
    credits: deleteCredits(ids.length),
  } as const;
  return transport.items(request, { key: 'data', count: ids.length }, options, (items, { status }) =>
    items.map((item) => writeOutcome(label, status, item, 'delete')),
  );
}

async function send(
  transport: ZohoTransport,
  request: ZohoRequest,
  records: readonly RecordInput[],
  write: WriteOptions,
  rest: object,
  action: RecordWritten['action'],
  options: CallOptions | undefined,
): Promise<WriteOutcome[]> {
  checkCount(request, records.length, LIMITS.write.records, 'records');
  const { trigger, applyFeatureExecution, skipFeatureExecution, leadAssignmentRule } = write;
  const priced = {
    ...request,
    body: {
      data: records,
      ...rest,
      trigger,
      apply_feature_execution: applyFeatureExecution?.map((name) => ({ name })),
      skip_feature_execution: skipFeatureExecution?.map((name) => ({ name })),
      lar_id: leadAssignmentRule,
    },
    credits: writeCredits(records.length),
    heavy: records.length > LIMITS.write.lightRecords,
  };
  return transport.items(priced, { key: 'data', count: records.length }, options, (items, { status }) =>
    items.map((item) => writeOutcome(request, status, item, action)),
  );
}

const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/;

function guard(
  label: Pick<ZohoRequest, 'operation' | 'module'>,
  records: readonly RecordInput[],
  { ifUnmodifiedSince }: GuardedWriteOptions,
): Record<string, string | undefined> {
  if (ifUnmodifiedSince === undefined) return {};
  if (records.length !== 1) {
    throw requestBug(label, `${records.length} records are guarded by one time, and Zoho can guard one record a call`);
  }
  if (!WHOLE_SECONDS.test(ifUnmodifiedSince)) {
    throw requestBug(label, 'ifUnmodifiedSince is not a time in whole seconds with an offset');
  }
  return { 'if-unmodified-since': ifUnmodifiedSince };
}

function modulePath(module: string): string {
  return `/crm/v8/${encodeURIComponent(module)}`;
}

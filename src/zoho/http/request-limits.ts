import { type CallLabel, requestBug } from '../errors/errors';

/** Fields one list or record call may name. */
export const MAX_FIELDS_PER_CALL = 50;
/** Fields one bulk-read job may name; above that Zoho exports all fields instead of refusing. */
export const MAX_FIELDS_PER_BULK_READ = 200;
/** Ids one call may name. */
export const MAX_IDS_PER_CALL = 100;
/** Rows of one page. */
export const MAX_PER_PAGE = 200;
/** Records one insert, update, upsert or delete may carry. */
export const MAX_RECORDS_PER_WRITE = 100;
/** Records above which a write counts as heavy ("API limits", sub-concurrency). */
export const MAX_RECORDS_OF_LIGHT_WRITE = 10;
/** Ids of one mass update by ids. */
export const MAX_IDS_PER_MASS_UPDATE = 500;
/** Records one mass update of a custom view may reach. */
export const MAX_RECORDS_PER_MASS_UPDATE_JOB = 50_000;
/** Rows of one bulk-write file. */
export const MAX_ROWS_PER_BULK_WRITE = 25_000;
/** Bytes of one bulk-write file, zipped. */
export const MAX_BYTES_PER_BULK_WRITE = 25 * 1024 * 1024;
/** Columns of one bulk-write file. */
export const MAX_COLUMNS_PER_BULK_WRITE = 200;
/** Custom fields one call may create or change. */
export const MAX_FIELDS_PER_FIELD_CALL = 5;
/** Notification channels one call may name, and events one channel may have. */
export const MAX_CHANNELS_PER_CALL = 50;
export const MAX_EVENTS_PER_CHANNEL = 50;
/** Conditions of one bulk-read job. */
export const MAX_BULK_READ_CRITERIA = 25;
/** Conditions of one search. Newer files of Zoho say 15, its documentation says 10. */
export const MAX_SEARCH_CRITERIA = 10;
/** Records one search can page through. */
export const MAX_SEARCH_RESULTS = 2_000;
/** Conditions of one COQL query. */
export const MAX_COQL_CRITERIA = 25;
/** Rows of one COQL query. */
export const MAX_COQL_LIMIT = 2_000;
/** Rows that LIMIT and OFFSET reach together. */
export const MAX_COQL_REACH = 100_000;

/** @throws ZohoError `request_bug` unless there are 1 to `most` field names. */
export function joinFields(label: CallLabel, fields: readonly string[], most = MAX_FIELDS_PER_CALL): string {
  if (fields.length === 0) throw requestBug(label, 'no field is named, and Zoho wants at least one');
  if (fields.length > most) throw requestBug(label, `${fields.length} fields are named, and Zoho takes ${most}`);
  return fields.join(',');
}

/** @throws ZohoError `request_bug` unless there are 1 to 100 ids; no list at all is well. */
export function joinIds(label: CallLabel, ids: readonly string[] | undefined): string | undefined {
  if (ids === undefined) return undefined;
  if (ids.length === 0) throw requestBug(label, 'the list of ids is empty');
  if (ids.length > MAX_IDS_PER_CALL) {
    throw requestBug(label, `${ids.length} ids are named, and Zoho takes ${MAX_IDS_PER_CALL}`);
  }
  return ids.join(',');
}

const RECORD_ID = /^\d{1,19}$/;

/** @throws ZohoError `request_bug` unless there are 1 to `most` of the things that `what` names in the plural. */
export function checkCount(label: CallLabel, count: number, most: number, what: string): void {
  if (count === 0) throw requestBug(label, `the list of ${what} is empty`);
  if (count > most) throw requestBug(label, `${count} ${what} are given, and Zoho takes ${most}`);
}

/** @throws ZohoError `request_bug` for an id that is no decimal string of at most 19 digits. */
export function checkRecordIds(label: CallLabel, ids: readonly unknown[]): void {
  const wrong = ids.findIndex((id) => typeof id !== 'string' || !RECORD_ID.test(id));
  if (wrong >= 0) throw requestBug(label, `the id at position ${wrong} is not a string of digits`);
}

/** @throws ZohoError `request_bug` for a page size outside 1 to 200, a page below 1, or a page and a page token. */
export function checkPaging(
  label: CallLabel,
  paging: { page?: number | undefined; perPage?: number | undefined; pageToken?: string | undefined },
): void {
  const { page, perPage, pageToken } = paging;
  if (perPage !== undefined && !isBetween(perPage, 1, MAX_PER_PAGE)) {
    throw requestBug(label, `${perPage} rows a page are asked for, and Zoho takes 1 to ${MAX_PER_PAGE}`);
  }
  if (page !== undefined && !isBetween(page, 1, Infinity)) throw requestBug(label, `page ${page} does not exist`);
  if (page !== undefined && pageToken !== undefined) {
    throw requestBug(label, 'a page and a page token are given, and Zoho takes one of them');
  }
}

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

import { isBigintId } from '../../domain/records/bigint-id';
import { LIMITS, type ZohoOperation } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';

const MEGABYTE = 1024 * 1024;
/** Operations whose answers hold records: up to 2,000 of them, with long texts. */
const WITH_RECORDS: ReadonlySet<CallLabel['operation']> = new Set<ZohoOperation>([
  'list_records',
  'get_record',
  'get_rich_texts',
  'query_records',
  'search_records',
]);

/** Bytes that an answer of this operation may have: an answer is held in memory whole. */
export function largestAnswer(operation: CallLabel['operation']): number {
  return (WITH_RECORDS.has(operation) ? 128 : 32) * MEGABYTE;
}

/** @throws ZohoError `request_bug` unless there are 1 to `most` field names. */
export function joinFields(label: CallLabel, fields: readonly string[], most: number = LIMITS.listPage.fields): string {
  if (fields.length === 0) throw requestBug(label, 'no field is named, and Zoho wants at least one');
  if (fields.length > most) throw requestBug(label, `${fields.length} fields are named, and Zoho takes ${most}`);
  return fields.join(',');
}

/** @throws ZohoError `request_bug` unless there are 1 to 100 ids; no list at all is well. */
export function joinIds(label: CallLabel, ids: readonly string[] | undefined): string | undefined {
  if (ids === undefined) return undefined;
  if (ids.length === 0) throw requestBug(label, 'the list of ids is empty');
  if (ids.length > LIMITS.listPage.ids) {
    throw requestBug(label, `${ids.length} ids are named, and Zoho takes ${LIMITS.listPage.ids}`);
  }
  return ids.join(',');
}

/** @throws ZohoError `request_bug` unless there are 1 to `most` of the things that `what` names in the plural. */
export function checkCount(label: CallLabel, count: number, most: number, what: string): void {
  if (count === 0) throw requestBug(label, `the list of ${what} is empty`);
  if (count > most) throw requestBug(label, `${count} ${what} are given, and Zoho takes ${most}`);
}

/** @throws ZohoError `request_bug` for an id that is no decimal string below 2^63. */
export function checkRecordIds(label: CallLabel, ids: readonly unknown[]): void {
  const wrong = ids.findIndex((id) => !isBigintId(id));
  if (wrong >= 0) throw requestBug(label, `the id at position ${wrong} is not a string of digits below 2^63`);
}

/** @throws ZohoError `request_bug` for a page size outside 1 to 200, a page below 1, or a page and a page token. */
export function checkPaging(
  label: CallLabel,
  paging: { page?: number | undefined; perPage?: number | undefined; pageToken?: string | undefined },
): void {
  const { page, perPage, pageToken } = paging;
  if (perPage !== undefined && !isBetween(perPage, 1, LIMITS.listPage.rows)) {
    throw requestBug(label, `${perPage} rows a page are requested, and Zoho takes 1 to ${LIMITS.listPage.rows}`);
  }
  if (page !== undefined && !isBetween(page, 1, Infinity)) throw requestBug(label, `page ${page} does not exist`);
  if (page !== undefined && pageToken !== undefined) {
    throw requestBug(label, 'a page and a page token are given, and Zoho takes one of them');
  }
}

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

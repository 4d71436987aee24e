import { LIMITS } from '../../domain/zoho-limits';
import { type CallLabel, requestBug } from '../errors/errors';
import { checkPaging, joinFields } from '../http/request-limits';
import type { CallOptions, ZohoTransport } from '../http/transport';
import type { Converted } from '../records/list-records';
import { type RecordPage, readRecordPage } from '../records/record-page';
import type { RecordCriteria } from './criteria';
import { searchCriteria } from './search-criteria';

/** Search by exactly one of the four ways that Zoho offers. */
export type SearchFilter =
  | { criteria: RecordCriteria }
  /** Any e-mail field of the record. */
  | { email: string }
  /** Any phone field of the record. */
  | { phone: string }
  /** Anywhere in the record. */
  | { word: string };

export interface SearchPaging {
  /** 1 to 50 API names; all that the user may see without it. */
  fields?: readonly string[] | undefined;
  /** 1 without it; `page` times `perPage` may not exceed 2,000. */
  page?: number | undefined;
  /** 1 to 200; 200 without it. */
  perPage?: number | undefined;
  converted?: Converted | undefined;
}

export type SearchRecordsQuery = SearchFilter & SearchPaging;

const FILTERS = ['criteria', 'email', 'phone', 'word'] as const;

/**
 * One page of the records that match (Zoho's documentation: Search Records). 1 credit.
 *
 * Zoho answers from an index: a record written a moment ago can be missing or stale, and `equals` on a text may match
 * a word inside it. It is for people who look for something, never for a sync or to find duplicates: use COQL there.
 *
 * @param module API name.
 * @returns no records and a null body if nothing matches.
 * @throws ZohoError `request_bug` before the call if it breaks a limit; `validation` INVALID_QUERY for a field that
 *   cannot be searched; the categories of every call.
 */
export async function searchRecords(
  transport: ZohoTransport,
  module: string,
  query: SearchRecordsQuery,
  options?: CallOptions,
): Promise<RecordPage> {
  const label = { operation: 'search_records', module } as const;
  checkPaging(label, query);
  checkReach(label, query);
  const request = {
    ...label,
    path: `/crm/v8/${encodeURIComponent(module)}/search`,
    heavy: true,
    query: {
      ...filterParameter(label, query),
      fields: query.fields && joinFields(label, query.fields),
      page: query.page,
      per_page: query.perPage,
      converted: query.converted,
    },
  };
  return transport.raw(request, options, (answer) => readRecordPage(label, answer));
}

/** With several filters Zoho would take the first and pass over the others in silence. */
function filterParameter(label: CallLabel, query: SearchFilter): Record<string, string> {
  const given = FILTERS.flatMap((name) => {
    const value = (query as Partial<Record<string, string | RecordCriteria>>)[name];
    return value === undefined ? [] : [{ name, value }];
  });
  const [filter] = given;
  if (!filter || given.length > 1) {
    throw requestBug(label, `${given.length} of criteria, email, phone and word are given, and Zoho takes one`);
  }
  const { name, value } = filter;
  if (typeof value !== 'string') return { criteria: searchCriteria(label, value) };
  if (value.trim() === '') throw requestBug(label, `the ${name} to search for is empty`);
  if (/\p{Surrogate}|\0/u.test(value))
    throw requestBug(label, `the ${name} to search for cannot be put into an address`);
  return { [name]: value };
}

function checkReach(label: CallLabel, { page = 1, perPage = LIMITS.listPage.rows }: SearchPaging): void {
  if (page * perPage <= LIMITS.search.rows) return;
  throw requestBug(label, `page ${page} lies past ${LIMITS.search.rows} records: narrow the search, or use COQL`);
}

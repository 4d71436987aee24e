import type { ZohoOperation } from '../../domain/zoho-limits';
import type { ApiCost } from './api-catalog';

/** Credits of an operation in an organization: no less and no more than this. */
export interface OperationCost {
  operation: ZohoOperation;
  minCredits: number;
  maxCredits: number;
}

type Call = readonly [operation: ZohoOperation, method: string, path: RegExp, scope: RegExp];

const ANY_SCOPE = /^/;
const RECORDS_SCOPE = /^ZohoCRM\.modules\./i;
const RECORDS = /^\/crm\/v\d+(\.\d+)?\/[^/]+$/;

/** Zoho's calls behind our operations. A path may end in a module's name or in a fixed word: the scope distinguishes. */
const CALLS: readonly Call[] = [
  ['get_org', 'GET', /\/org$/, ANY_SCOPE],
  ['list_users', 'GET', /\/users$/, ANY_SCOPE],
  ['list_modules', 'GET', /\/settings\/modules$/, ANY_SCOPE],
  ['get_fields', 'GET', /\/settings\/fields$/, ANY_SCOPE],
  ['create_fields', 'POST', /\/settings\/fields$/, ANY_SCOPE],
  ['update_fields', 'PATCH', /\/settings\/fields$/, ANY_SCOPE],
  ['list_records', 'GET', RECORDS, RECORDS_SCOPE],
  ['insert_records', 'POST', RECORDS, RECORDS_SCOPE],
  ['update_records', 'PUT', RECORDS, RECORDS_SCOPE],
  ['delete_records', 'DELETE', RECORDS, RECORDS_SCOPE],
  ['upsert_records', 'POST', /\/upsert$/, RECORDS_SCOPE],
  ['list_deleted', 'GET', /\/deleted$/, RECORDS_SCOPE],
  ['search_records', 'GET', /\/search$/, RECORDS_SCOPE],
  ['count_records', 'GET', /\/actions\/count$/, RECORDS_SCOPE],
  ['query_records', 'POST', /\/coql$/, ANY_SCOPE],
  ['create_bulk_read_job', 'POST', /\/bulk\/v[\d.]+\/read$/, ANY_SCOPE],
  ['create_bulk_write_job', 'POST', /\/bulk\/v[\d.]+\/write$/, ANY_SCOPE],
  ['watch_channels', 'POST', /\/actions\/watch$/, ANY_SCOPE],
  ['list_channels', 'GET', /\/actions\/watch$/, ANY_SCOPE],
];

/**
 * Costs of our operations, from the calls that Zoho lists (Zoho's documentation: Get Supported APIs). An operation has
 * the range of all modules that are listed. Operations of which nothing is listed are left out, and so is mass update,
 * which is two operations of ours behind one call of Zoho's.
 */
export function operationCosts(listed: readonly ApiCost[]): OperationCost[] {
  return CALLS.flatMap(([operation, method, path, scope]) => {
    const own = listed.filter((cost) => cost.method === method && path.test(cost.path) && scope.test(cost.scope));
    if (own.length === 0) return [];
    const minCredits = Math.min(...own.map(({ min }) => min));
    const maxCredits = Math.max(...own.map(({ max }) => max));
    return [{ operation, minCredits, maxCredits }];
  });
}

import type { CallOptions } from './support';

/** A call of the simulator, with the place in Zoho's files that describes its answer. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly route: string;
  readonly call: string;
  readonly options?: CallOptions;
  readonly status: number;
  /** The status the file describes the answer under, where it is another one. */
  readonly describedAs?: number;
}

const RECORDS = '/crm/v8/{module_api_name}';
const post = (json: unknown): CallOptions => ({ method: 'POST', json });
const put = (json: unknown): CallOptions => ({ method: 'PUT', json });
const bulk = (query: unknown): CallOptions => post({ query });
const deal = { Deal_Name: 'Conforming', Stage: 'Qualification' };

export const CASES: readonly Case[] = [
  { name: 'organization', file: 'org.json', route: '/crm/v8/org', call: '/crm/v8/org', status: 200 },
  { name: 'users', file: 'users.json', route: '/crm/v8/users', call: '/crm/v8/users?type=AllUsers', status: 200 },
  {
    name: 'count of users',
    file: 'users.json',
    route: '/crm/v8/users/actions/count',
    call: '/crm/v8/users/actions/count',
    status: 200,
  },
  {
    name: 'modules',
    file: 'modules.json',
    route: '/crm/v8/settings/modules',
    call: '/crm/v8/settings/modules',
    status: 200,
  },
  {
    name: 'a module',
    file: 'modules.json',
    route: '/crm/v8/settings/modules/{api_name}',
    call: '/crm/v8/settings/modules/Deals',
    status: 200,
  },
  {
    name: 'an unknown module',
    file: 'modules.json',
    route: '/crm/v8/settings/modules/{api_name}',
    call: '/crm/v8/settings/modules/Nope',
    status: 400,
  },
  {
    name: 'fields',
    file: 'fields.json',
    route: '/crm/v8/settings/fields',
    call: '/crm/v8/settings/fields?module=Deals',
    status: 200,
  },
  {
    name: 'fields of 120',
    file: 'fields.json',
    route: '/crm/v8/settings/fields',
    call: '/crm/v8/settings/fields?module=Wide_Module',
    status: 200,
  },
  {
    name: 'fields without module',
    file: 'fields.json',
    route: '/crm/v8/settings/fields',
    call: '/crm/v8/settings/fields',
    status: 400,
  },
  {
    name: 'records',
    file: 'record.json',
    route: RECORDS,
    call: '/crm/v8/Deals?fields=Deal_Name,Owner,Tag,Created_By,Created_Time',
    status: 200,
  },
  {
    name: 'records without fields',
    file: 'record.json',
    route: RECORDS,
    call: '/crm/v8/Deals',
    status: 400,
    describedAs: 200,
  },
  {
    name: 'a forbidden module',
    file: 'record.json',
    route: RECORDS,
    call: '/crm/v8/Forbidden_Module?fields=Name',
    status: 403,
    describedAs: 200,
  },
  {
    name: 'a record',
    file: 'record.json',
    route: `${RECORDS}/{id}`,
    call: '/crm/v8/Deals/5500000103100001001',
    status: 200,
  },
  {
    name: 'an insert',
    file: 'record.json',
    route: RECORDS,
    call: '/crm/v8/Deals',
    options: post({ data: [deal, {}] }),
    status: 207,
    describedAs: 200,
  },
  {
    name: 'an update',
    file: 'record.json',
    route: `${RECORDS}/{id}`,
    call: '/crm/v8/Deals/5500000103100001001',
    options: put({ data: [deal] }),
    status: 200,
  },
  {
    name: 'an upsert',
    file: 'record.json',
    route: `${RECORDS}/upsert`,
    call: '/crm/v8/Deals/upsert',
    options: post({ data: [deal] }),
    status: 200,
  },
  {
    name: 'a deletion',
    file: 'record.json',
    route: RECORDS,
    call: '/crm/v8/Deals?ids=5500000103100001004',
    options: { method: 'DELETE' },
    status: 200,
  },
  {
    name: 'deleted records',
    file: 'record.json',
    route: `${RECORDS}/deleted`,
    call: '/crm/v8/Deals/deleted',
    status: 200,
  },
  {
    name: 'custom views',
    file: 'custom_views.json',
    route: '/crm/v8/settings/custom_views',
    call: '/crm/v8/settings/custom_views?module=Deals',
    status: 200,
  },
  {
    name: 'a custom view',
    file: 'custom_views.json',
    route: '/crm/v8/settings/custom_views/{id}',
    call: '/crm/v8/settings/custom_views/5500000103600000001?module=Deals',
    status: 200,
  },
  {
    name: 'the recycle bin',
    file: 'recycle_bin.json',
    route: '/crm/v8/settings/recycle_bin',
    call: '/crm/v8/settings/recycle_bin',
    status: 200,
  },
  {
    name: 'a record in the recycle bin',
    file: 'recycle_bin.json',
    route: '/crm/v8/settings/recycle_bin/{record_id}',
    call: '/crm/v8/settings/recycle_bin/5500000103100001004',
    status: 200,
  },
  {
    name: 'a purge of the recycle bin',
    file: 'recycle_bin.json',
    route: '/crm/v8/settings/recycle_bin',
    call: '/crm/v8/settings/recycle_bin?ids=5500000103100001004',
    options: { method: 'DELETE' },
    status: 200,
  },
  {
    name: 'whole records',
    file: 'fetch_full_data.json',
    route: '/crm/v8/{module_api_name}/actions/fetch_full_data',
    call: '/crm/v8/Leads/actions/fetch_full_data?ids=5500000104100001001&fields=Company',
    status: 200,
  },
  {
    name: 'a count',
    file: 'record.json',
    route: `${RECORDS}/actions/count`,
    call: '/crm/v8/Deals/actions/count',
    status: 200,
  },
  {
    name: 'a search',
    file: 'module_search.json',
    route: '/crm/v8/{module}/search',
    call: '/crm/v8/Deals/search?criteria=(Stage:equals:Closed Won)',
    status: 200,
  },
  {
    name: 'a search without filter',
    file: 'module_search.json',
    route: '/crm/v8/{module}/search',
    call: '/crm/v8/Deals/search',
    status: 400,
  },
  {
    name: 'COQL',
    file: 'coql.json',
    route: '/crm/v8/coql',
    call: '/crm/v8/coql',
    options: post({ select_query: 'select Amount from Deals where id is not null' }),
    status: 200,
  },
  {
    name: 'COQL with a syntax error',
    file: 'coql.json',
    route: '/crm/v8/coql',
    call: '/crm/v8/coql',
    options: post({ select_query: 'select from' }),
    status: 400,
  },
  {
    name: 'COQL with an unknown column',
    file: 'coql.json',
    route: '/crm/v8/coql',
    call: '/crm/v8/coql',
    options: post({ select_query: 'select Nope from Deals where id is not null' }),
    status: 400,
  },
  {
    name: 'a bulk-read job',
    file: 'bulk_read.json',
    route: '/crm/bulk/v8/read',
    call: '/crm/bulk/v8/read',
    options: bulk({ module: { api_name: 'Deals' } }),
    status: 201,
  },
  {
    name: 'a refused field',
    file: 'bulk_read.json',
    route: '/crm/bulk/v8/read',
    call: '/crm/bulk/v8/read',
    options: bulk({ module: { api_name: 'Deals' }, fields: ['Nope'] }),
    status: 400,
  },
  {
    name: 'a page out of range',
    file: 'bulk_read.json',
    route: '/crm/bulk/v8/read',
    call: '/crm/bulk/v8/read',
    options: bulk({ module: { api_name: 'Deals' }, page: 501 }),
    status: 400,
  },
  {
    name: 'an unknown job',
    file: 'bulk_read.json',
    route: '/crm/bulk/v8/read/{job_id}',
    call: '/crm/bulk/v8/read/1',
    status: 404,
  },
  { name: 'API costs', file: 'apis.json', route: '/crm/v8/__apis', call: '/crm/v8/__apis', status: 200 },
];

import { z } from 'zod';
import { usefulFields } from '../../domain/records/useful-fields';
import { LIMITS } from '../../domain/zoho-limits';
import { ZohoError } from '../../zoho/errors/errors';
import { listDeleted } from '../../zoho/records/deleted-records';
import { getRecord } from '../../zoho/records/get-record';
import { listRecords } from '../../zoho/records/list-records';
import type { RecordPage } from '../../zoho/records/record-page';
import { callInteractively } from '../connections/call-interactively';
import { pageQuery, zohoPage, zohoPageCursor } from '../http/paging';
import { connection, fields, modifiedSince, ModuleParams, perPage, ZohoId } from '../http/parameters';
import { defineRoute } from '../http/route';
import { ZOHO_PROBLEMS } from '../http/zoho-problem';
import { recentFields } from '../modules/recent-fields';
import { DeletedPage, RecordAnswer, RecordsAnswer } from './schemas';

/** Empty page, in place of Zoho's answer without a body. */
const NO_RECORDS = Buffer.from('{"data":[],"info":{"count":0,"more_records":false,"next_page_token":null}}');

const common = {
  method: 'get',
  tag: 'Records',
  access: 'viewer',
  connection: 'query',
  problems: ZOHO_PROBLEMS,
} as const;

export const listRecordsRoute = defineRoute({
  ...common,
  path: '/modules/{module}/records',
  operationId: 'listRecords',
  summary: 'Read a page of records, any number of them by page tokens',
  description:
    'Asks Zoho; 1 API credit. `info.next_page_token` of a page is the `pageToken` of the next one; everything else must stay.',
  params: ModuleParams,
  query: z.strictObject({
    connection,
    fields: fields.optional().meta({
      description: `API names separated by commas, at most ${LIMITS.listPage.fields}. When absent, a few for a first look: what every record has, then in the order of the layout; 1 more API credit.`,
    }),
    perPage,
    pageToken: z.string().min(1).max(2_000).optional().meta({
      description:
        '`info.next_page_token` of the page before. It belongs to the other parameters, `perPage` included: with others it is `zoho_cursor_lost`.',
    }),
    sortBy: z.enum(['id', 'Created_Time', 'Modified_Time']).optional(),
    sortOrder: z.enum(['asc', 'desc']).optional(),
    converted: z.enum(['true', 'false', 'both']).optional().meta({ description: 'Converted leads.' }),
    modifiedSince: modifiedSince.optional(),
    customView: ZohoId.optional().meta({ description: 'Id of a custom view; 3 API credits.' }),
  }),
  answers: { 200: { description: 'A page of records.', schema: RecordsAnswer } },
  async handle({ params, query: { connection: _named, ...query }, connection }, deps) {
    const { module } = params;
    const named = query.fields ?? usefulFields((await recentFields(deps, connection, module)).fields);
    const records = await callInteractively(deps, connection, ({ transport, options }) =>
      listRecords(transport, module, { ...query, fields: named }, options),
    );
    return { status: 200, body: pageBody(records) };
  },
});

export const getRecordRoute = defineRoute({
  ...common,
  path: '/modules/{module}/records/{id}',
  operationId: 'getRecord',
  summary: 'Read one record from Zoho',
  description: 'Asks Zoho; 1 API credit.',
  params: ModuleParams.extend({ id: ZohoId.meta({ description: 'Id of the record.' }) }),
  query: z.strictObject({ connection, fields: fields.optional() }),
  answers: { 200: { description: 'The record.', schema: RecordAnswer } },
  async handle({ params: { module, id }, query, connection }, deps) {
    const record = await callInteractively(deps, connection, ({ transport, options }) =>
      getRecord(transport, module, id, { fields: query.fields }, options),
    );
    if (record) return { status: 200, body: record.body };
    const reason = `there is no record ${id}, or the connected user may not see it`;
    throw new ZohoError({ operation: 'get_record', module, category: 'not_found', code: 'NO_RECORD', reason });
  },
});

export const listDeletedRoute = defineRoute({
  ...common,
  path: '/modules/{module}/records/deleted',
  operationId: 'listDeletedRecords',
  summary: 'List deleted records',
  description: 'Asks Zoho; 2 API credits.',
  params: ModuleParams,
  query: z.strictObject({
    connection,
    type: z.enum(['all', 'recycle', 'permanent']).optional(),
    ...pageQuery(zohoPageCursor, { usual: 200 }),
    modifiedSince: modifiedSince.optional(),
  }),
  answers: { 200: { description: 'A page of deleted records.', schema: DeletedPage } },
  async handle({ params, query, connection }, deps) {
    let asOf = '';
    const fetch = async (at: { page: number; perPage: number }) => {
      const { type, modifiedSince: since } = query;
      const deleted = await callInteractively(deps, connection, ({ transport, options }) =>
        listDeleted(transport, params.module, { type, modifiedSince: since, ...at }, options),
      );
      asOf = deleted.serverTime.toISOString();
      return { items: deleted.records, moreRecords: deleted.moreRecords };
    };
    const found = await zohoPage(query, fetch, 'records');
    return { status: 200, body: { ...found, asOf } };
  },
});

/** Zoho's bytes, so that no digit of a number changes on the way. */
export function pageBody({ body }: RecordPage): Buffer {
  return body ?? NO_RECORDS;
}

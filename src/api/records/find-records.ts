import { selectRecords } from '../../zoho/query/coql-query';
import { searchCriteria } from '../../zoho/query/search-criteria';
import { type SearchFilter, searchRecords } from '../../zoho/query/search-records';
import { countRecords } from '../../zoho/records/count-records';
import { callInteractively } from '../connections/call-interactively';
import { ConnectionQuery, ModuleParams } from '../http/parameters';
import { defineRoute } from '../http/route';
import { ZOHO_PROBLEMS } from '../http/zoho-problem';
import { pageBody } from './read-records';
import { CountAnswer, CountRequest, QueryRequest, RecordsAnswer, SearchRequest } from './schemas';

/** Sent by POST, since criteria are too long for an address; nothing is changed by them. */
const common = {
  method: 'post',
  tag: 'Records',
  access: 'viewer',
  params: ModuleParams,
  connection: 'query',
  query: ConnectionQuery,
  problems: ZOHO_PROBLEMS,
} as const;

export const searchRecordsRoute = defineRoute({
  ...common,
  path: '/modules/{module}/records/search',
  operationId: 'searchRecords',
  summary: 'Search records by criteria, e-mail, phone or word',
  description: "Asks Zoho's index, which lags behind; 1 API credit.",
  body: SearchRequest,
  answers: { 200: { description: 'A page of records.', schema: RecordsAnswer } },
  async handle({ params, connection, body: { criteria, email, phone, word, ...paging } }, deps) {
    // The schema lets exactly one of them through.
    const filter = { criteria, email, phone, word } as SearchFilter;
    const page = await callInteractively(deps, connection, ({ transport, options }) =>
      searchRecords(transport, params.module, { ...filter, ...paging }, options),
    );
    return { status: 200, body: pageBody(page) };
  },
});

export const queryRecordsRoute = defineRoute({
  ...common,
  path: '/modules/{module}/records/query',
  operationId: 'queryRecords',
  summary: 'Query records with COQL',
  description: 'Asks Zoho; 1 API credit up to 200 rows, 2 up to 1,000, 3 above.',
  body: QueryRequest,
  answers: { 200: { description: 'A page of rows.', schema: RecordsAnswer } },
  async handle({ params, connection, body }, deps) {
    const page = await callInteractively(deps, connection, ({ transport, options }) =>
      selectRecords(transport, { ...body, from: params.module }, options),
    );
    return { status: 200, body: pageBody(page) };
  },
});

export const countRecordsRoute = defineRoute({
  ...common,
  path: '/modules/{module}/records/count',
  operationId: 'countRecords',
  summary: 'Count records, all or those that meet criteria',
  description: 'Asks Zoho; 1 API credit.',
  body: CountRequest,
  answers: { 200: { description: 'How many.', schema: CountAnswer } },
  async handle({ params: { module }, connection, body }, deps) {
    const label = { operation: 'count_records', module };
    const criteria = body.criteria && searchCriteria(label, body.criteria);
    const { count, serverTime } = await callInteractively(deps, connection, ({ transport, options }) =>
      countRecords(transport, module, { criteria, converted: body.converted }, options),
    );
    return { status: 200, body: { count, asOf: serverTime.toISOString() } };
  },
});

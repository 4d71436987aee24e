import { z } from 'zod';
import { callMetricsOfSession } from '../../db/credits/call-metrics';
import { listRecordStatuses } from '../../db/sessions/record-statuses';
import { viewSession, viewSessions } from '../../db/sessions/session-view';
import { getSession, listSessions } from '../../db/sessions/sessions';
import { RECORD_ACTIONS, RUN_STATUSES, SESSION_TYPES } from '../../domain/runs/enums';
import { sessionRun } from '../../domain/runs/run';
import { page, pageQuery } from '../http/paging';
import { ApiName, connectionFilter, queryFlag, listOf, SessionParams, ZohoId, RowNumber } from '../http/parameters';
import { defineRoute } from '../http/route';
import { LOG_QUERY, logPage } from '../runs/read-logs';
import { presentCallMetrics, presentRecordStatus, presentSession, presentSessionAnswer } from './present';
import { LogPage, RecordStatusPage, SessionAnswer, SessionCalls, SessionPage } from './schemas';

export const listSessionsRoute = defineRoute({
  method: 'get',
  path: '/sessions',
  operationId: 'listSessions',
  tag: 'Sessions',
  summary: 'List sessions, newest first',
  access: 'viewer',
  connection: 'filter',
  query: z.strictObject({
    connection: connectionFilter,
    module: ApiName.optional(),
    status: listOf(RUN_STATUSES).optional(),
    sessionType: z.enum(SESSION_TYPES).optional(),
    ...pageQuery(z.strictObject({ before: z.uuid() })),
  }),
  answers: { 200: { description: 'A page of sessions.', schema: SessionPage } },
  problems: [],
  async handle({ query, connection, principal }, { knex, temporalUi }) {
    const filter = {
      ...(connection && { connectionId: connection.id }),
      ...(query.module !== undefined && { moduleName: query.module }),
      ...(query.status !== undefined && { status: query.status }),
      ...(query.sessionType !== undefined && { sessionType: query.sessionType }),
    };
    const body = await page(
      query,
      (at) => listSessions(knex, filter, at),
      ({ id }) => ({ before: id }),
      async (rows) => (await viewSessions(knex, rows)).map((view) => presentSession(view, { principal, temporalUi })),
      'sessions',
    );
    return { status: 200, body };
  },
});

export const getSessionRoute = defineRoute({
  method: 'get',
  path: '/sessions/{id}',
  operationId: 'getSession',
  tag: 'Sessions',
  summary: 'Show a session: progress, rate, time left, success rate, cost',
  description: 'Answered from PostgreSQL alone, also while Temporal is away.',
  access: 'viewer',
  params: SessionParams,
  answers: { 200: { description: 'The session.', schema: SessionAnswer } },
  problems: ['session_not_found'],
  async handle({ params, principal }, { knex, temporalUi }) {
    const view = await viewSession(knex, await getSession(knex, params.id));
    return { status: 200, body: presentSessionAnswer(view, { principal, temporalUi }) };
  },
});

export const listSessionLogs = defineRoute({
  method: 'get',
  path: '/sessions/{id}/logs',
  operationId: 'listSessionLogs',
  tag: 'Sessions',
  summary: "Read or follow a session's event log",
  access: 'viewer',
  params: SessionParams,
  query: LOG_QUERY,
  answers: { 200: { description: 'A page of the log.', schema: LogPage } },
  problems: ['session_not_found'],
  async handle({ params, query }, { knex }) {
    const { id } = await getSession(knex, params.id);
    return { status: 200, body: await logPage(knex, sessionRun(id), query) };
  },
});

export const listSessionRecords = defineRoute({
  method: 'get',
  path: '/sessions/{id}/records',
  operationId: 'listSessionRecords',
  tag: 'Sessions',
  summary: 'List what a session did to single records',
  access: 'viewer',
  params: SessionParams,
  query: z.strictObject({
    action: z.enum(RECORD_ACTIONS).optional(),
    crmRecordId: ZohoId.optional(),
    needsAttention: queryFlag
      .optional()
      .meta({ description: 'Only records that failed or conflict, and are not resolved.' }),
    ...pageQuery(z.strictObject({ after: z.strictObject({ sequence: RowNumber, position: z.int32() }) })),
  }),
  answers: { 200: { description: 'A page of records.', schema: RecordStatusPage } },
  problems: ['session_not_found'],
  async handle({ params, query }, { knex }) {
    const { id } = await getSession(knex, params.id);
    const filter = {
      ...(query.action !== undefined && { action: query.action }),
      ...(query.crmRecordId !== undefined && { crmRecordId: query.crmRecordId }),
      ...(query.needsAttention !== undefined && { needsAttention: query.needsAttention }),
    };
    const body = await page(
      query,
      (at) => listRecordStatuses(knex, id, filter, at),
      ({ sequence, position }) => ({ after: { sequence, position } }),
      (rows) => rows.map(presentRecordStatus),
      'records',
    );
    return { status: 200, body };
  },
});

export const listSessionCalls = defineRoute({
  method: 'get',
  path: '/sessions/{id}/calls',
  operationId: 'listSessionCalls',
  tag: 'Sessions',
  summary: 'Show what a session called at Zoho, by operation',
  description: 'Count, latency, bytes, credits and failures by category, from the ledger of calls.',
  access: 'viewer',
  params: SessionParams,
  answers: { 200: { description: 'One entry an operation.', schema: SessionCalls } },
  problems: ['session_not_found'],
  async handle({ params }, { knex }) {
    const { id } = await getSession(knex, params.id);
    const calls = await callMetricsOfSession(knex, id);
    return { status: 200, body: { calls: calls.map(presentCallMetrics) } };
  },
});

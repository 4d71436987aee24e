import { z } from 'zod';
import { ConnectionNotFound, findConnection } from '../../db/connections/connections';
import { callMetricsOfSession } from '../../db/credits/call-metrics';
import { listLogs } from '../../db/sessions/logs';
import { listRecordStatuses } from '../../db/sessions/record-statuses';
import { viewSession, viewSessions } from '../../db/sessions/session-view';
import { getSession, listSessions } from '../../db/sessions/sessions';
import { LOG_LEVELS, RECORD_ACTIONS, RUN_STATUSES, SESSION_TYPES } from '../../domain/runs/enums';
import { cursorOf, encodeCursor, pageOf } from '../http/paging';
import { flag, limit, listOf, SessionParams, ApiName } from '../http/parameters';
import { defineRoute } from '../http/route';
import {
  presentCallMetrics,
  presentLogLine,
  presentRecordStatus,
  presentSession,
  presentSessionAnswer,
} from './present';
import { LogPage, RecordPage, SessionAnswer, SessionPage, SessionCalls } from './schemas';

export const listSessionsRoute = defineRoute({
  method: 'get',
  path: '/sessions',
  operationId: 'listSessions',
  tag: 'Sessions',
  summary: 'List sessions, newest first',
  access: 'viewer',
  query: z.strictObject({
    connection: z.string().optional().meta({ description: 'Name of the connection.' }),
    module: ApiName.optional(),
    status: listOf(RUN_STATUSES).optional(),
    sessionType: z.enum(SESSION_TYPES).optional(),
    limit,
    cursor: cursorOf(z.tuple([z.uuid()])).optional(),
  }),
  answers: { 200: { description: 'A page of sessions.', schema: SessionPage } },
  problems: ['unknown_connection'],
  async handle({ query }, { knex }) {
    const connection = query.connection === undefined ? undefined : await findConnection(knex, query.connection);
    if (query.connection !== undefined && !connection) throw new ConnectionNotFound(query.connection);
    const filter = {
      ...(connection && { connectionId: connection.id }),
      ...(query.module !== undefined && { moduleName: query.module }),
      ...(query.status !== undefined && { status: query.status }),
      ...(query.sessionType !== undefined && { sessionType: query.sessionType }),
    };
    const before = query.cursor?.[0];
    const found = await listSessions(knex, filter, { limit: query.limit + 1, ...(before && { before }) });
    const here = before && encodeCursor([before]);
    const { rows, ...page } = pageOf(found, query.limit, ({ id }) => encodeCursor([id]), here);
    return { status: 200, body: { sessions: (await viewSessions(knex, rows)).map(presentSession), ...page } };
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
  async handle({ params }, { knex, temporalUi }) {
    const view = await viewSession(knex, await getSession(knex, params.id));
    return { status: 200, body: presentSessionAnswer(view, temporalUi) };
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
  query: z.strictObject({
    level: z.enum(LOG_LEVELS).optional().meta({ description: 'This level and the graver ones.' }),
    component: z.string().max(100).optional(),
    limit,
    cursor: cursorOf(z.tuple([z.string().regex(/^\d{1,19}$/)])).optional(),
  }),
  answers: { 200: { description: 'A page of the log.', schema: LogPage } },
  problems: ['session_not_found'],
  async handle({ params, query }, { knex }) {
    const { id } = await getSession(knex, params.id);
    const filter = {
      ...(query.level !== undefined && { minimumLevel: query.level }),
      ...(query.component !== undefined && { component: query.component }),
    };
    const after = query.cursor?.[0];
    const found = await listLogs(knex, id, filter, { limit: query.limit + 1, ...(after && { after }) });
    const here = after && encodeCursor([after]);
    const { rows, ...page } = pageOf(found, query.limit, (line) => encodeCursor([line.id]), here);
    return { status: 200, body: { logs: rows.map(presentLogLine), ...page } };
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
    crmRecordId: z
      .string()
      .regex(/^\d{1,19}$/, "Must be Zoho's id of a record")
      .optional(),
    needsAttention: flag
      .optional()
      .meta({ description: 'Only records that failed or conflict, and are not resolved.' }),
    limit,
    cursor: cursorOf(z.tuple([z.string().regex(/^\d{1,19}$/), z.int()])).optional(),
  }),
  answers: { 200: { description: 'A page of records.', schema: RecordPage } },
  problems: ['session_not_found'],
  async handle({ params, query }, { knex }) {
    const { id } = await getSession(knex, params.id);
    const filter = {
      ...(query.action !== undefined && { action: query.action }),
      ...(query.crmRecordId !== undefined && { crmRecordId: query.crmRecordId }),
      ...(query.needsAttention !== undefined && { needsAttention: query.needsAttention }),
    };
    const after = query.cursor && { sequence: query.cursor[0], position: query.cursor[1] };
    const found = await listRecordStatuses(knex, id, filter, { limit: query.limit + 1, ...(after && { after }) });
    const cursor = (row: { sequence: string; position: number }): string => encodeCursor([row.sequence, row.position]);
    const { rows, ...page } = pageOf(found, query.limit, cursor, after && cursor(after));
    return { status: 200, body: { records: rows.map(presentRecordStatus), ...page } };
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

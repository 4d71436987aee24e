import { z } from 'zod';
import { findConnection, ConnectionNotFound } from '../../db/connections/connections';
import { viewSessions } from '../../db/sessions/session-view';
import { listSessions } from '../../db/sessions/sessions';
import { RUN_STATUSES, SESSION_TYPES } from '../../domain/runs/enums';
import { cursorOf, encodeCursor } from '../http/cursor';
import { limit, listOf, pageOf } from '../http/parameters';
import { defineRoute } from '../http/route';
import { presentSession } from './present';
import { ApiName, SessionPage } from './schemas';

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

import { z } from 'zod';
import { listLogs } from '../../db/sessions/logs';
import { getSession } from '../../db/sessions/sessions';
import { LOG_LEVELS } from '../../domain/runs/enums';
import { cursorOf, encodeCursor } from '../http/cursor';
import { SessionParams, limit, pageOf } from '../http/parameters';
import { defineRoute } from '../http/route';
import { presentLogLine } from './present';
import { LogPage } from './schemas';

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

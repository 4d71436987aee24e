import { z } from 'zod';
import { listRecordStatuses } from '../../db/sessions/record-statuses';
import { getSession } from '../../db/sessions/sessions';
import { RECORD_ACTIONS } from '../../domain/runs/enums';
import { cursorOf, encodeCursor } from '../http/cursor';
import { SessionParams, flag, limit, pageOf } from '../http/parameters';
import { defineRoute } from '../http/route';
import { presentRecordStatus } from './present';
import { RecordPage } from './schemas';

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

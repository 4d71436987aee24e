import { z } from 'zod';
import { findMirrorByName } from '../../db/mirror/mirrors';
import {
  listQuarantine,
  QUARANTINE_STATUSES,
  setQuarantineStatus,
  type QuarantineEntry,
} from '../../db/mirror/quarantine-entries';
import { page, pageQuery } from '../http/paging';
import { ApiName, connectionFilter, ConnectionQuery, listOf, ZohoId } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { CommandRequest } from '../sessions/schemas';
import { QuarantineAnswer, QuarantinePage, QuarantineParams, type QuarantineEntryAnswer } from './schemas';

const Position = z.strictObject({ connectionId: z.uuid(), module: z.string(), recordId: ZohoId });

export const listQuarantineRoute = defineRoute({
  method: 'get',
  path: '/quarantine',
  operationId: 'listQuarantine',
  tag: 'Quarantine',
  summary: 'List records that do not fit the mirror',
  description: 'Open and ignored ones unless `status` says otherwise.',
  access: 'viewer',
  connection: 'filter',
  query: z.strictObject({
    connection: connectionFilter,
    module: ApiName.optional(),
    status: listOf(QUARANTINE_STATUSES).optional(),
    ...pageQuery(z.strictObject({ after: Position })),
  }),
  answers: { 200: { description: 'A page of entries, by module and record.', schema: QuarantinePage } },
  problems: [],
  async handle({ query, connection }, { knex }) {
    const { module, status } = query;
    const filter = {
      ...(connection && { connectionId: connection.id }),
      ...(module !== undefined && { module }),
      ...(status !== undefined && { status }),
    };
    const body = await page(
      query,
      (at) => listQuarantine(knex, filter, at),
      (entry) => ({ after: { connectionId: entry.connectionId, module: entry.module, recordId: entry.recordId } }),
      (rows) => rows.map(presentEntry),
      'entries',
    );
    return { status: 200, body };
  },
});

export const ignoreQuarantined = statusRoute('ignore', 'ignored', {
  summary: 'Ignore a record that does not fit the mirror',
  description:
    'It is counted by every sync and no longer asked for. When the record changes and still does not fit, it is open again; when it fits, it is closed.',
});

export const reopenQuarantined = statusRoute('reopen', 'open', {
  summary: 'Stop ignoring a record that does not fit the mirror',
  description: 'The next sync asks for it.',
});

function statusRoute(
  action: 'ignore' | 'reopen',
  status: 'ignored' | 'open',
  words: { summary: string; description: string },
) {
  return defineRoute({
    ...words,
    method: 'post',
    path: `/quarantine/{module}/{record}/${action}`,
    operationId: `${action}Quarantined`,
    tag: 'Quarantine',
    access: 'operator',
    connection: 'query',
    params: QuarantineParams,
    query: ConnectionQuery,
    body: CommandRequest,
    answers: { 200: { description: 'The entry as it is now.', schema: QuarantineAnswer } },
    problems: ['quarantine_entry_not_found'],
    audit: {
      action: `quarantine.${action}`,
      target: ({ params }, connection) => `${connection}/${params.module}/${params.record}`,
    },
    async handle({ params: { module, record }, connection, auditWith }, { knex }) {
      const mirror = await findMirrorByName(knex, connection.id, module);
      const entry = await knex.transaction(async (trx) => {
        const key = { connectionId: connection.id, module: mirror?.key ?? module, recordId: record };
        const changed = await setQuarantineStatus(trx, key, status);
        if (!changed) {
          throw new Problem('quarantine_entry_not_found', `Record ${record} of ${module} is not in quarantine.`);
        }
        await auditWith(trx);
        return changed;
      });
      return { status: 200, body: { entry: presentEntry(entry) } };
    },
  });
}

function presentEntry({
  connectionId: _id,
  zohoTime,
  nextRetryAt,
  openedAt,
  ...rest
}: QuarantineEntry): QuarantineEntryAnswer {
  return {
    ...rest,
    zohoTime: zohoTime?.toISOString() ?? null,
    nextRetryAt: nextRetryAt?.toISOString() ?? null,
    openedAt: openedAt.toISOString(),
  };
}

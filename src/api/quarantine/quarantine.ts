import type { Knex } from 'knex';
import { z } from 'zod';
import { makeDue } from '../../db/maintenance/housekeeping-tasks';
import { findMirrorByName } from '../../db/mirror/mirrors';
import {
  findQuarantineDetails,
  listQuarantine,
  noteQuarantined,
  QUARANTINE_STATUSES,
  setQuarantineStatus,
  type QuarantineDetails,
  type QuarantineEntry,
  type QuarantinePosition,
  type QuarantineStatus,
} from '../../db/mirror/quarantine-entries';
import { hasRole } from '../http/auth';
import { page, pageQuery } from '../http/paging';
import { ApiName, connectionFilter, ConnectionQuery, listOf, ZohoId } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { CommandRequest } from '../sessions/schemas';
import {
  QuarantineAnswer,
  QuarantineDetailsEnvelope,
  QuarantinePage,
  QuarantineParams,
  type QuarantineDetailsAnswer,
  type QuarantineEntryAnswer,
} from './schemas';

const Position = z.strictObject({ connectionId: z.uuid(), key: z.string(), recordId: ZohoId });

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
      (entry) => ({ after: { connectionId: entry.connectionId, key: entry.key, recordId: entry.recordId } }),
      (rows) => rows.map(presentEntry),
      'entries',
    );
    return { status: 200, body };
  },
});

export const getQuarantined = defineRoute({
  method: 'get',
  path: '/quarantine/{module}/{record}',
  operationId: 'getQuarantined',
  tag: 'Quarantine',
  summary: 'Say why a record does not fit the mirror, and what to do',
  description: 'Also of an entry that is closed. Operators see the values that do not fit.',
  access: 'viewer',
  connection: 'query',
  params: QuarantineParams,
  query: ConnectionQuery,
  answers: { 200: { description: 'The entry.', schema: QuarantineDetailsEnvelope } },
  problems: ['quarantine_entry_not_found'],
  async handle({ params: { module, record }, connection, principal }, { knex }) {
    const mirror = await findMirrorByName(knex, connection.id, module);
    const at = { connectionId: connection.id, key: mirror?.key ?? module, recordId: record };
    const details = await findQuarantineDetails(knex, at);
    if (!details) throw notInQuarantine(module, record);
    const seesValues = principal !== undefined && hasRole(principal, 'operator');
    return { status: 200, body: { entry: presentDetails(details, seesValues) } };
  },
});

export const ignoreQuarantined = entryRoute('ignore', (knex, at) => setQuarantineStatus(knex, at, 'ignored'), {
  summary: 'Ignore a record that does not fit the mirror',
  description:
    'It is counted by every sync and no longer asked for. When the record changes and still does not fit, it is open again; when it fits, it is closed.',
});

export const reopenQuarantined = entryRoute('reopen', (knex, at) => setQuarantineStatus(knex, at, 'open'), {
  summary: 'Stop ignoring a record that does not fit the mirror',
  description: 'The next sync asks for it.',
});

export const retryQuarantinedRoute = entryRoute('retry', noteQuarantined, {
  summary: 'Ask for a record that does not fit the mirror again',
  description: 'A worker reads it within seconds, and closes the entry if the record fits by now.',
});

function entryRoute(
  action: 'ignore' | 'reopen' | 'retry',
  change: (knex: Knex, at: QuarantinePosition) => Promise<QuarantineEntry | undefined>,
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
        const at = { connectionId: connection.id, key: mirror?.key ?? module, recordId: record };
        const changed = await change(trx, at);
        if (!changed) throw notInQuarantine(module, record);
        if (action === 'retry') await makeDue(trx, 'wakeIngestion');
        await auditWith(trx);
        return changed;
      });
      return { status: 200, body: { entry: presentEntry(entry) } };
    },
  });
}

function presentEntry({
  connectionId: _id,
  key: _key,
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

function presentDetails(
  { values, closedAt, closedBy, ...entry }: QuarantineDetails,
  seesValues: boolean,
): QuarantineDetailsAnswer {
  return {
    ...presentEntry(entry),
    values: seesValues ? values : null,
    closedAt: closedAt?.toISOString() ?? null,
    closedBy,
    whatToDo: WHAT_TO_DO[entry.status],
  };
}

function notInQuarantine(module: string, record: string): Problem {
  return new Problem('quarantine_entry_not_found', `Record ${record} of ${module} is not in quarantine.`);
}

const WHAT_TO_DO: Readonly<Record<QuarantineStatus, string>> = {
  open: 'Correct the values in Zoho, or give the field there the type that they have. The record is asked for again by itself; retry does so now, and ignore counts it without asking for it.',
  ignored: 'Nothing: it is counted and not asked for until it changes. Reopen lets it be asked for again.',
  closed: 'Nothing: the mirror is as Zoho is.',
};

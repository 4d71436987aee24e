import { z } from 'zod';
import {
  decideSchemaChange,
  findSchemaChange,
  listSchemaChanges,
  type SchemaChangeRow,
} from '../../db/schema-changes/schema-changes';
import { SCHEMA_CHANGE_STATES, type SchemaChangeDecision } from '../../domain/schema-changes/schema-change';
import type { RouteDeps } from '../http/deps';
import { page, pageQuery } from '../http/paging';
import { ApiName, connectionFilter, listOf } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import {
  SchemaApproval,
  SchemaChangeAnswer,
  SchemaChangePage,
  SchemaChangeParams,
  SchemaRejection,
  type SchemaChange,
} from './schemas';

const Position = z.strictObject({ place: z.string().regex(/^[0-9: .+-]{19,40}$/), id: z.uuid() });

export const listSchemaChangesRoute = defineRoute({
  method: 'get',
  path: '/schema-changes',
  operationId: 'listSchemaChanges',
  tag: 'Schema changes',
  summary: 'List changes of mirror tables',
  access: 'viewer',
  connection: 'filter',
  query: z.strictObject({
    connection: connectionFilter,
    module: ApiName.optional(),
    state: listOf(SCHEMA_CHANGE_STATES).optional(),
    ...pageQuery(z.strictObject({ after: Position })),
  }),
  answers: { 200: { description: 'A page of changes, the latest first.', schema: SchemaChangePage } },
  problems: [],
  async handle({ query, connection }, { knex }) {
    const { module, state } = query;
    const filter = {
      ...(connection && { connectionId: connection.id }),
      ...(module !== undefined && { module }),
      ...(state !== undefined && { states: state }),
    };
    const body = await page(
      query,
      (at) => listSchemaChanges(knex, filter, at),
      ({ place, id }) => ({ after: { place, id } }),
      (rows) => rows.map(presentSchemaChange),
      'schemaChanges',
    );
    return { status: 200, body };
  },
});

export const getSchemaChangeRoute = defineRoute({
  method: 'get',
  path: '/schema-changes/{id}',
  operationId: 'getSchemaChange',
  tag: 'Schema changes',
  summary: 'Show a change of a mirror table, with what it takes',
  access: 'viewer',
  params: SchemaChangeParams,
  answers: { 200: { description: 'The change.', schema: SchemaChangeAnswer } },
  problems: ['schema_change_not_found'],
  handle: async ({ params }, deps) => ({
    status: 200,
    body: { schemaChange: presentSchemaChange(await existing(deps, params.id)) },
  }),
});

export const approveSchemaChangeRoute = defineRoute({
  method: 'post',
  path: '/schema-changes/{id}/approve',
  operationId: 'approveSchemaChange',
  tag: 'Schema changes',
  summary: 'Approve a change of a mirror table',
  description:
    'A worker makes it within seconds. Where PostgreSQL refuses it, it is `blocked` with its sentence, and tried again after a minute, doubling to an hour.',
  access: 'admin',
  params: SchemaChangeParams,
  body: SchemaApproval,
  answers: { 200: { description: 'The change as it is now.', schema: SchemaChangeAnswer } },
  problems: ['schema_change_not_found', 'schema_change_decided', 'precondition_failed'],
  audit: { action: 'schema_change.approve', target: ({ params }) => `schema-change/${params.id}` },
  handle: ({ params: { id }, body, actor, auditWith }, deps) =>
    decide(deps, id, { decision: 'approve', by: actor, ...body }, auditWith),
});

export const rejectSchemaChangeRoute = defineRoute({
  method: 'post',
  path: '/schema-changes/{id}/reject',
  operationId: 'rejectSchemaChange',
  tag: 'Schema changes',
  summary: 'Turn a change of a mirror table down',
  description: 'The column stays as it is. The change is not shown again until Zoho changes the field.',
  access: 'admin',
  params: SchemaChangeParams,
  body: SchemaRejection,
  answers: { 200: { description: 'The change as it is now.', schema: SchemaChangeAnswer } },
  problems: ['schema_change_not_found', 'schema_change_decided', 'precondition_failed'],
  audit: { action: 'schema_change.reject', target: ({ params }) => `schema-change/${params.id}` },
  handle: ({ params: { id }, body, actor, auditWith }, deps) =>
    decide(deps, id, { decision: 'reject', by: actor, ...body }, auditWith),
});

interface Decided {
  decision: SchemaChangeDecision;
  version: number;
  by: string;
  reason?: string | undefined;
}

/** @throws Problem `schema_change_not_found`, `schema_change_decided`, `precondition_failed` */
async function decide(
  deps: RouteDeps,
  id: string,
  { decision, version, by, reason }: Decided,
  auditWith: (trx: RouteDeps['knex']) => Promise<void>,
) {
  await deps.knex.transaction(async (trx) => {
    const isDecided = await decideSchemaChange(trx, id, { decision, version, by, reason: reason ?? null });
    if (!isDecided) assertSameDecision(await existing(deps, id), decision);
    await auditWith(trx);
  });
  return { status: 200 as const, body: { schemaChange: presentSchemaChange(await existing(deps, id)) } };
}

const OUTCOMES: Readonly<Record<SchemaChangeDecision, readonly string[]>> = {
  approve: ['approved', 'blocked', 'applied'],
  reject: ['rejected'],
};

/** The same decision again changes nothing. @throws Problem `precondition_failed`, `schema_change_decided` */
function assertSameDecision({ id, state, version, decidedBy }: SchemaChangeRow, decision: SchemaChangeDecision): void {
  if (state === 'waiting') {
    throw new Problem(
      'precondition_failed',
      `Schema change ${id} no longer shows what it did: look at it again, and send its version ${version}.`,
    );
  }
  if (decidedBy === null || !OUTCOMES[decision].includes(state)) {
    throw new Problem('schema_change_decided', `Schema change ${id} is ${state}.`);
  }
}

/** @throws Problem `schema_change_not_found` */
async function existing({ knex }: RouteDeps, id: string): Promise<SchemaChangeRow> {
  const found = await findSchemaChange(knex, id);
  if (!found) throw new Problem('schema_change_not_found', `There is no schema change ${id}.`);
  return found;
}

function presentSchemaChange({
  connectionId: _connectionId,
  place: _place,
  detectedAt,
  decidedAt,
  appliedAt,
  nextAttemptAt,
  ...rest
}: SchemaChangeRow): SchemaChange {
  return {
    ...rest,
    detectedAt: detectedAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    appliedAt: appliedAt?.toISOString() ?? null,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
  };
}

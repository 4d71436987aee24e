import { z } from 'zod';
import { listItems } from '../../db/bulk-operations/bulk-operation-items';
import { closeBulkOperation, getBulkOperation, listBulkOperations } from '../../db/bulk-operations/bulk-operations';
import { ConnectionNotFound, findConnection } from '../../db/connections/connections';
import { ITEM_STATUSES, type BulkOperationKind } from '../../domain/runs/bulk-operations';
import { isFinal, RUN_STATUSES } from '../../domain/runs/enums';
import { SyncWorkflowNotRunning } from '../../temporal/control/sync-control';
import { cursorOf, encodeCursor, pageOf } from '../http/paging';
import { limit, listOf, ApiName } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute, type Route } from '../http/route';
import { CommandRequest } from '../sessions/schemas';
import { presentOperation, presentOperations, presentResult } from './present';
import { BulkOperationAnswer, BulkOperationPage, BulkResultPage } from './schemas';

const OperationParams = z.strictObject({
  id: z.uuid('Must be the id of an operation').meta({ description: 'Id of the operation.' }),
});

/** The routes below one kind of operation: list, show, results, cancel. */
function routesOf(kind: BulkOperationKind, path: string, name: string, what: string): readonly Route[] {
  const common = { tag: 'Bulk operations' } as const;
  const list = defineRoute({
    ...common,
    method: 'get',
    path,
    operationId: `list${name}s`,
    summary: `List ${what}s, newest first`,
    access: 'viewer',
    query: z.strictObject({
      connection: z.string().optional().meta({ description: 'Name of the connection.' }),
      module: ApiName.optional(),
      status: listOf(RUN_STATUSES).optional(),
      limit,
      cursor: cursorOf(z.tuple([z.uuid()])).optional(),
    }),
    answers: { 200: { description: 'A page of operations.', schema: BulkOperationPage } },
    problems: ['unknown_connection'],
    async handle({ query }, { knex }) {
      const connection = query.connection === undefined ? undefined : await findConnection(knex, query.connection);
      if (query.connection !== undefined && !connection) throw new ConnectionNotFound(query.connection);
      const filter = {
        kind,
        ...(connection && { connectionId: connection.id }),
        ...(query.module !== undefined && { module: query.module }),
        ...(query.status !== undefined && { status: query.status }),
      };
      const before = query.cursor?.[0];
      const found = await listBulkOperations(knex, filter, { limit: query.limit + 1, ...(before && { before }) });
      const { rows, ...page } = pageOf(
        found,
        query.limit,
        ({ id }) => encodeCursor([id]),
        before && encodeCursor([before]),
      );
      return { status: 200, body: { operations: await presentOperations(knex, rows), ...page } };
    },
  });
  const get = defineRoute({
    ...common,
    method: 'get',
    path: `${path}/{id}`,
    operationId: `get${name}`,
    summary: `Show a ${what}: status, progress, counts, jobs at Zoho`,
    description: 'Answered from PostgreSQL alone, also while Temporal is away.',
    access: 'viewer',
    params: OperationParams,
    answers: { 200: { description: 'The operation.', schema: BulkOperationAnswer } },
    problems: ['operation_not_found'],
    async handle({ params }, { knex }) {
      return { status: 200, body: await presentOperation(knex, await getBulkOperation(knex, params.id, kind)) };
    },
  });
  const results = defineRoute({
    ...common,
    method: 'get',
    path: `${path}/{id}/results`,
    operationId: `list${name}Results`,
    summary: `List what became of each record of a ${what}`,
    access: 'viewer',
    params: OperationParams,
    query: z.strictObject({
      status: listOf(ITEM_STATUSES).optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(200).meta({ description: 'Most rows to answer.' }),
      cursor: cursorOf(z.tuple([z.int()])).optional(),
    }),
    answers: { 200: { description: 'A page of outcomes.', schema: BulkResultPage } },
    problems: ['operation_not_found'],
    async handle({ params, query }, { knex }) {
      const { id } = await getBulkOperation(knex, params.id, kind);
      const after = query.cursor?.[0];
      const filter = query.status === undefined ? {} : { status: query.status };
      const place = { limit: query.limit + 1, ...(after !== undefined && { after }) };
      const found = await listItems(knex, id, filter, place);
      const here = after === undefined ? undefined : encodeCursor([after]);
      const { rows, ...page } = pageOf(found, query.limit, ({ position }) => encodeCursor([position]), here);
      return { status: 200, body: { results: rows.map(presentResult), ...page } };
    },
  });
  const cancel = defineRoute({
    ...common,
    method: 'post',
    path: `${path}/{id}/cancel`,
    operationId: `cancel${name}`,
    summary: `Cancel a ${what}`,
    description:
      'What was not sent yet is not sent. Zoho has no way to stop a job: one that it has goes on, and the operation says so. Cancelling a cancelled operation changes nothing.',
    access: 'operator',
    params: OperationParams,
    body: CommandRequest,
    answers: {
      200: { description: 'Done: the operation as it is now.', schema: BulkOperationAnswer },
      202: { description: 'Accepted; it takes effect at the next safe point.', schema: BulkOperationAnswer },
    },
    problems: ['operation_not_found', 'operation_finished', 'temporal_unavailable'],
    audit: { action: `${kind}.cancel`, target: ({ params }) => `${kind}/${params.id}` },
    async handle({ params, body, principal }, { knex, control }) {
      const operation = await getBulkOperation(knex, params.id, kind);
      const show = async () => presentOperation(knex, await getBulkOperation(knex, params.id, kind));
      if (operation.status === 'cancelled') return { status: 200, body: await show() };
      if (isFinal(operation.status)) {
        throw new Problem('operation_finished', `Operation ${operation.id} is ${operation.status}.`);
      }
      try {
        await control.cancel({ workflowId: operation.workflowId });
        return { status: 202, body: await show() };
      } catch (error) {
        if (!(error instanceof SyncWorkflowNotRunning)) throw error;
        const reason = body.reason ?? `Cancelled by ${principal?.actor ?? 'anonymous'}; no workflow was running.`;
        await closeBulkOperation(knex, operation.id, { status: 'cancelled', reason });
        return { status: 200, body: await show() };
      }
    },
  });
  return [list, get, results, cancel];
}

export const BULK_OPERATION_ROUTES: readonly Route[] = [
  ...routesOf('bulk_write', '/bulk-writes', 'BulkWrite', 'bulk write'),
  ...routesOf('mass_update', '/mass-updates', 'MassUpdate', 'mass update'),
];

import { z } from 'zod';
import { listItems } from '../../db/bulk-operations/bulk-operation-items';
import { getBulkOperation, listBulkOperations } from '../../db/bulk-operations/bulk-operations';
import { ConnectionNotFound, findConnection } from '../../db/connections/connections';
import { ITEM_STATUSES } from '../../domain/runs/bulk-operations';
import { RUN_STATUSES } from '../../domain/runs/enums';
import { cursorOf, encodeCursor, pageOf } from '../http/paging';
import { limit, listOf, ApiName } from '../http/parameters';
import { defineRoute, type Route } from '../http/route';
import { OPERATION_ROUTES, OperationParams, OPERATIONS_TAG, type OperationRoutes } from './operation-kinds';
import { presentOperation, presentOperations, presentResult } from './present';
import { BulkOperationAnswer, BulkOperationPage, BulkResultPage } from './schemas';

/** Routes that read bulk operations. */
export const READ_OPERATION_ROUTES: readonly Route[] = OPERATION_ROUTES.flatMap((kind) => [
  listRoute(kind),
  getRoute(kind),
  resultsRoute(kind),
]);

function listRoute({ kind, path, name, noun }: OperationRoutes) {
  return defineRoute({
    tag: OPERATIONS_TAG,
    method: 'get',
    path,
    operationId: `list${name}s`,
    summary: `List ${noun}s, newest first`,
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
}

function getRoute({ kind, path, name, noun }: OperationRoutes) {
  return defineRoute({
    tag: OPERATIONS_TAG,
    method: 'get',
    path: `${path}/{id}`,
    operationId: `get${name}`,
    summary: `Show a ${noun}: status, progress, counts, jobs at Zoho`,
    description: 'Answered from PostgreSQL alone, also while Temporal is away.',
    access: 'viewer',
    params: OperationParams,
    answers: { 200: { description: 'The operation.', schema: BulkOperationAnswer } },
    problems: ['operation_not_found'],
    async handle({ params }, { knex }) {
      return { status: 200, body: await presentOperation(knex, await getBulkOperation(knex, params.id, kind)) };
    },
  });
}

function resultsRoute({ kind, path, name, noun }: OperationRoutes) {
  return defineRoute({
    tag: OPERATIONS_TAG,
    method: 'get',
    path: `${path}/{id}/results`,
    operationId: `list${name}Results`,
    summary: `List what became of each record of a ${noun}`,
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
}

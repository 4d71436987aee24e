import { z } from 'zod';
import { listItems } from '../../db/bulk-operations/bulk-operation-items';
import { getBulkOperation, listBulkOperations } from '../../db/bulk-operations/bulk-operations';
import { ITEM_STATUSES } from '../../domain/runs/bulk-operations';
import { RUN_STATUSES } from '../../domain/runs/enums';
import { operationRun } from '../../domain/runs/run';
import { page, pageQuery } from '../http/paging';
import { ApiName, connectionFilter, listOf } from '../http/parameters';
import { defineRoute, type Route } from '../http/route';
import { LOG_QUERY, logPage } from '../runs/read-logs';
import { LogPage } from '../sessions/schemas';
import { OPERATION_ROUTES, OperationParams, type OperationRoutes } from './operation-kinds';
import { presentOperation, presentOperations, presentResult } from './present';
import { BulkOperationAnswer, BulkOperationPage, BulkResultPage } from './schemas';

/** Routes that read bulk operations. */
export const READ_OPERATION_ROUTES: readonly Route[] = OPERATION_ROUTES.flatMap((kind) => [
  listRoute(kind),
  getRoute(kind),
  resultsRoute(kind),
  logsRoute(kind),
]);

function listRoute({ kind, path, name, noun }: OperationRoutes) {
  return defineRoute({
    tag: 'Bulk operations',
    method: 'get',
    path,
    operationId: `list${name}s`,
    summary: `List ${noun}s, newest first`,
    access: 'viewer',
    connection: 'filter',
    query: z.strictObject({
      connection: connectionFilter,
      module: ApiName.optional(),
      status: listOf(RUN_STATUSES).optional(),
      ...pageQuery(z.strictObject({ before: z.uuid() })),
    }),
    answers: { 200: { description: 'A page of operations.', schema: BulkOperationPage } },
    problems: [],
    async handle({ query, connection, principal }, { knex, temporalUi }) {
      const filter = {
        kind,
        ...(connection && { connectionId: connection.id }),
        ...(query.module !== undefined && { module: query.module }),
        ...(query.status !== undefined && { status: query.status }),
      };
      const body = await page(
        query,
        (at) => listBulkOperations(knex, filter, at),
        ({ id }) => ({ before: id }),
        (rows) => presentOperations(knex, rows, { principal, temporalUi }),
        'operations',
      );
      return { status: 200, body };
    },
  });
}

function getRoute({ kind, path, name, noun }: OperationRoutes) {
  return defineRoute({
    tag: 'Bulk operations',
    method: 'get',
    path: `${path}/{id}`,
    operationId: `get${name}`,
    summary: `Show a ${noun}: status, progress, counts, jobs at Zoho`,
    description: 'Answered from PostgreSQL alone, also while Temporal is away.',
    access: 'viewer',
    params: OperationParams,
    answers: { 200: { description: 'The operation.', schema: BulkOperationAnswer } },
    problems: ['operation_not_found'],
    async handle({ params, principal }, { knex, temporalUi }) {
      const operation = await getBulkOperation(knex, params.id, kind);
      return { status: 200, body: await presentOperation(knex, operation, { principal, temporalUi }) };
    },
  });
}

function logsRoute({ kind, path, name, noun }: OperationRoutes) {
  return defineRoute({
    tag: 'Bulk operations',
    method: 'get',
    path: `${path}/{id}/logs`,
    operationId: `list${name}Logs`,
    summary: `Read or follow the event log of a ${noun}`,
    access: 'viewer',
    params: OperationParams,
    query: LOG_QUERY,
    answers: { 200: { description: 'A page of the log.', schema: LogPage } },
    problems: ['operation_not_found'],
    async handle({ params, query }, { knex }) {
      const { id } = await getBulkOperation(knex, params.id, kind);
      return { status: 200, body: await logPage(knex, operationRun(id), query) };
    },
  });
}

function resultsRoute({ kind, path, name, noun }: OperationRoutes) {
  return defineRoute({
    tag: 'Bulk operations',
    method: 'get',
    path: `${path}/{id}/results`,
    operationId: `list${name}Results`,
    summary: `List what became of each record of a ${noun}`,
    access: 'viewer',
    params: OperationParams,
    query: z.strictObject({
      status: listOf(ITEM_STATUSES).optional(),
      ...pageQuery(z.strictObject({ after: z.int32() }), { usual: 200, most: 1_000 }),
    }),
    answers: { 200: { description: 'A page of outcomes.', schema: BulkResultPage } },
    problems: ['operation_not_found'],
    async handle({ params, query }, { knex }) {
      const { id } = await getBulkOperation(knex, params.id, kind);
      const filter = query.status === undefined ? {} : { status: query.status };
      const body = await page(
        query,
        (at) => listItems(knex, id, filter, at),
        ({ position }) => ({ after: position }),
        (rows) => rows.map(presentResult),
        'results',
      );
      return { status: 200, body };
    },
  });
}

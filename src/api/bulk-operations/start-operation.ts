import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { getBulkOperation, insertBulkOperation, type NewBulkOperation } from '../../db/bulk-operations/bulk-operations';
import type { ConnectionModel } from '../../db/models/connection';
import { operationRun } from '../../domain/runs/run';
import type { BulkOperationInput } from '../../temporal/contract/operation-messages';
import { USE_PROBLEMS } from '../connections/assert-usable';
import type { RouteDeps } from '../http/deps';
import type { Principal, RouteAnswer } from '../http/route';
import { MODULE_PROBLEMS } from '../modules/resolve-module';
import { operationPath } from '../paths';
import { startOnce } from '../runs/start-once';
import { presentOperation } from './present';
import type { BulkOperationAnswer } from './schemas';

export const START_PROBLEMS = [
  ...USE_PROBLEMS,
  ...MODULE_PROBLEMS,
  'zoho_permission',
  'idempotency_key_reused',
  'temporal_unavailable',
] as const;

/**
 * Stores an operation and its records in one transaction, and starts its workflow. An idempotency key that came before
 * with the same request answers the earlier operation.
 * @param text the request, to tell a repeated one from another one under the same key
 * @throws Problem `idempotency_key_reused`; TemporalUnavailable
 */
export async function startOperation(
  deps: RouteDeps,
  principal: Principal | undefined,
  connection: ConnectionModel,
  operation: Omit<NewBulkOperation, 'connectionId' | 'requestHash'>,
  text: string,
  insertItems: (trx: Knex) => Promise<void>,
): Promise<RouteAnswer<202, BulkOperationAnswer>> {
  const { kind } = operation;
  const requestHash = createHash('sha256').update(text).digest('hex');
  const id = await startOnce(deps.knex, {
    run: operationRun(operation.id),
    store: () =>
      deps.knex.transaction(async (trx) => {
        await insertBulkOperation(trx, { ...operation, connectionId: connection.id, requestHash });
        await insertItems(trx);
      }),
    startWorkflow: () => deps.operations.start(kind, inputOf(connection, operation), operation.initiatedBy),
  });
  return {
    status: 202,
    headers: { Location: operationPath(kind, id) },
    body: await presentOperation(deps.knex, await getBulkOperation(deps.knex, id), {
      principal,
      temporalUi: deps.temporalUi,
    }),
  };
}

function inputOf(
  connection: ConnectionModel,
  { id, moduleNames, callback }: Pick<NewBulkOperation, 'id' | 'moduleNames' | 'callback'>,
): BulkOperationInput {
  return {
    operationId: id,
    connectionId: connection.id,
    connection: connection.name,
    modules: [...moduleNames],
    notifiesCaller: callback !== undefined,
  };
}

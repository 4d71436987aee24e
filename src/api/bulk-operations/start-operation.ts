import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import {
  closeBulkOperation,
  getBulkOperation,
  insertBulkOperation,
  OperationKeyUsed,
  type NewBulkOperation,
} from '../../db/bulk-operations/bulk-operations';
import type { BulkOperationModel } from '../../db/models/bulk-operation';
import type { ConnectionModel } from '../../db/models/connection';
import { USE_PROBLEMS } from '../connections/find-connection';
import type { RouteDeps } from '../http/deps';
import { Problem } from '../http/problem';
import type { RouteAnswer } from '../http/route';
import { operationPath } from '../paths';
import { presentOperation } from './present';

export const START_PROBLEMS = [...USE_PROBLEMS, 'idempotency_key_reused', 'temporal_unavailable'] as const;

/**
 * Keeps an operation and its records in one transaction, and starts its workflow. Under an idempotency key that came
 * before with the same request, the earlier operation is the answer.
 * @param text the request, to tell a repeated one from another one under the same key
 * @throws Problem `idempotency_key_reused`; TemporalUnavailable
 */
export async function startOperation(
  deps: RouteDeps,
  connection: ConnectionModel,
  operation: Omit<NewBulkOperation, 'connectionId' | 'requestHash'>,
  text: string,
  insertItems: (trx: Knex) => Promise<void>,
): Promise<RouteAnswer> {
  const requestHash = createHash('sha256').update(text).digest('hex');
  const stored = await store(deps.knex, { ...operation, connectionId: connection.id, requestHash }, insertItems);
  if (stored.id === operation.id) await startWorkflow(deps, connection, stored);
  const kind = stored.kind === 'bulk_write' ? 'bulk-writes' : 'mass-updates';
  return {
    status: 202,
    headers: { Location: operationPath(kind, stored.id) },
    body: await presentOperation(deps.knex, await getBulkOperation(deps.knex, stored.id)),
  };
}

async function store(
  knex: Knex,
  operation: NewBulkOperation,
  insertItems: (trx: Knex) => Promise<void>,
): Promise<BulkOperationModel> {
  try {
    await knex.transaction(async (trx) => {
      await insertBulkOperation(trx, operation);
      await insertItems(trx);
    });
    return await getBulkOperation(knex, operation.id);
  } catch (error) {
    if (!(error instanceof OperationKeyUsed)) throw error;
    const { operation: earlier } = error;
    if (earlier.requestHash === operation.requestHash && earlier.kind === operation.kind) return earlier;
    throw new Problem('idempotency_key_reused', 'The idempotency key came with another request before.', {
      errors: [{ parameter: 'idempotency-key', detail: 'Belongs to another request' }],
    });
  }
}

/** An operation whose workflow did not start ends here. */
async function startWorkflow(
  { operations, knex }: RouteDeps,
  connection: ConnectionModel,
  { id, kind, moduleNames, callbackUrl, initiatedBy }: BulkOperationModel,
): Promise<void> {
  const input = {
    operationId: id,
    connectionId: connection.id,
    connection: connection.name,
    modules: moduleNames,
    notifiesCaller: callbackUrl !== null,
  };
  try {
    await operations.start(kind, input, initiatedBy);
  } catch (error) {
    const reason = 'The workflow could not be started.';
    await closeBulkOperation(knex, id, { status: 'failed', reason, releaseIdempotencyKey: true });
    throw error;
  }
}

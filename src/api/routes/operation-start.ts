import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { z } from 'zod';
import {
  closeBulkOperation,
  getBulkOperation,
  insertBulkOperation,
  OperationKeyUsed,
  type NewBulkOperation,
} from '../../db/bulk-operations';
import { ConnectionNotFound, findConnection } from '../../db/connections';
import type { BulkOperationModel } from '../../db/models/bulk-operation';
import type { ConnectionModel } from '../../db/models/connection';
import type { RouteDeps } from '../deps';
import { operationPath } from '../paths';
import { Problem } from '../problem';
import { representOperation } from '../represent-operation';
import type { RouteAnswer } from '../route';
import { needsReauth } from '../zoho-problem';

export const OperationIdempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'Must be 1 to 255 visible ASCII characters')
    .optional()
    .meta({ description: 'Sent again with the same body, the same key answers the same operation.' }),
});

export const START_PROBLEMS = [
  'unknown_connection',
  'connection_not_active',
  'connection_needs_reauth',
  'idempotency_key_reused',
  'temporal_unavailable',
] as const;

/** @throws Problem `connection_needs_reauth`, `connection_not_active`; ConnectionNotFound */
export async function connectionForWriting(knex: Knex, name: string): Promise<ConnectionModel> {
  const connection = await findConnection(knex, name);
  if (!connection) throw new ConnectionNotFound(name);
  if (connection.status === 'active') return connection;
  if (connection.status === 'needs_reauth') throw needsReauth(connection);
  throw new Problem('connection_not_active', `The connection ${name} is ${connection.status}.`);
}

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
    body: await representOperation(deps.knex, await getBulkOperation(deps.knex, stored.id)),
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

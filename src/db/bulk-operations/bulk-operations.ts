import type { Knex } from 'knex';
import type { BulkOperationKind } from '../../domain/runs/bulk-operations';
import { ACTIVE_RUN_STATUSES, type RunStatus } from '../../domain/runs/enums';
import { BulkOperationModel, type CallbackState } from '../models/bulk-operation';
import { ConnectionModel } from '../models/connection';
import { reseal, type KeyRing } from '../postgres/encryption';
import { toJsonb } from '../postgres/json';
import { IdempotencyKeyUsed } from '../runs/idempotency-key-used';

export class BulkOperationNotFound extends Error {
  override readonly name = 'BulkOperationNotFound';
  readonly operationId: string;

  constructor(operationId: string) {
    super(`There is no such operation as ${operationId}.`);
    this.operationId = operationId;
  }
}

/** Purpose for which the secret of an operation's callback is sealed. */
export function callbackSecretPurpose(operationId: string): string {
  return `bulk-operation:${operationId}:callback`;
}

export interface NewBulkOperation {
  id: string;
  connectionId: string;
  kind: BulkOperationKind;
  moduleNames: readonly string[];
  /** JSON text of what was asked for; numbers keep their digits. Ids of records are left out. */
  request: string;
  /** Kept with the request, where its path names the module. */
  moduleOfRequest?: string | undefined;
  /** Null while only Zoho knows how many there are. */
  totalRecords: number | null;
  workflowId: string;
  initiatedBy: string;
  idempotencyKey?: string | undefined;
  /** SHA-256 of the request, to tell a repeated one from another one under the same key. */
  requestHash: string;
  callback?: { url: string; sealedSecret: string } | undefined;
}

/**
 * Inserts an operation as `initiated`. Meant for the caller's transaction, together with its records.
 * @throws IdempotencyKeyUsed
 */
export async function insertBulkOperation(trx: Knex, operation: NewBulkOperation): Promise<void> {
  const { rows } = await trx.raw<{ rows: object[] }>(
    `insert into sync.bulk_operations (id, connection_id, kind, module_names, request, total_records, workflow_id,
       initiated_by, idempotency_key, request_hash, callback_url, callback_secret, callback_state)
     values (?, ?, ?, ?, (?::jsonb - 'ids') || ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id`,
    [
      operation.id,
      operation.connectionId,
      operation.kind,
      [...operation.moduleNames],
      operation.request,
      toJsonb(operation.moduleOfRequest === undefined ? {} : { module: operation.moduleOfRequest }),
      operation.totalRecords,
      operation.workflowId,
      operation.initiatedBy,
      operation.idempotencyKey ?? null,
      operation.requestHash,
      operation.callback?.url ?? null,
      operation.callback?.sealedSecret ?? null,
      operation.callback ? 'pending' : null,
    ] as Knex.RawBinding[],
  );
  if (rows.length > 0) return;
  const earlier = await BulkOperationModel.query(trx).findOne({
    initiated_by: operation.initiatedBy,
    idempotency_key: operation.idempotencyKey ?? null,
  });
  if (!earlier) throw new Error(`Operation ${operation.id} was refused without a visible reason.`);
  const isRepeat = earlier.requestHash === operation.requestHash && earlier.kind === operation.kind;
  throw new IdempotencyKeyUsed(earlier.id, isRepeat);
}

/** @throws BulkOperationNotFound also for an operation of another kind */
export async function getBulkOperation(knex: Knex, id: string, kind?: BulkOperationKind): Promise<BulkOperationModel> {
  const operation = await BulkOperationModel.query(knex).findById(id);
  if (!operation || (kind !== undefined && operation.kind !== kind)) throw new BulkOperationNotFound(id);
  return operation;
}

/** Newest first: ids are version 7 UUIDs. */
export async function listBulkOperations(
  knex: Knex,
  filter: { kind: BulkOperationKind; connectionId?: string; module?: string; status?: readonly RunStatus[] },
  page: { limit: number; before?: string },
): Promise<BulkOperationModel[]> {
  const query = BulkOperationModel.query(knex).where('kind', filter.kind).orderBy('id', 'desc').limit(page.limit);
  if (filter.connectionId !== undefined) void query.where('connection_id', filter.connectionId);
  if (filter.module !== undefined) void query.whereRaw('module_names @> array[?]', [filter.module]);
  if (filter.status !== undefined) void query.whereIn('status', [...filter.status]);
  if (page.before !== undefined) void query.where('id', '<', page.before);
  return query;
}

/** Operations that claim to run, oldest first. */
export async function listActiveBulkOperations(knex: Knex, connectionId?: string): Promise<BulkOperationModel[]> {
  const query = BulkOperationModel.query(knex)
    .whereIn('status', [...ACTIVE_RUN_STATUSES])
    .orderBy('id');
  return connectionId === undefined ? query : query.where('connection_id', connectionId);
}

/** Key rotation: seals the secrets of callbacks that are still to be made with the ring's first key. */
export async function resealCallbackSecrets(knex: Knex, ring: KeyRing): Promise<void> {
  const pending = await BulkOperationModel.query(knex).where('callback_state', 'pending');
  for (const { id, callbackSecret } of pending) {
    if (callbackSecret === null) continue;
    const sealed = reseal(ring, callbackSecretPurpose(id), callbackSecret);
    if (sealed !== callbackSecret) await BulkOperationModel.query(knex).findById(id).patch({ callbackSecret: sealed });
  }
}

/** Notes an attempt to tell the caller that the operation has ended. */
export async function saveCallbackAttempt(knex: Knex, id: string, state: CallbackState): Promise<void> {
  await knex.raw(
    `update sync.bulk_operations set callback_state = ?, callback_attempts = callback_attempts + 1 where id = ?`,
    [state, id],
  );
}

/** Our names of connections, by their ids. */
export async function namesOfConnections(knex: Knex, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const connections = await ConnectionModel.query(knex)
    .select('id', 'name')
    .findByIds([...ids]);
  return new Map(connections.map(({ id, name }) => [id, name]));
}

import type { Knex } from 'knex';
import { uuidv7 } from 'uuidv7';
import { insertBulkWriteItems, insertMassUpdateItems } from '../../src/db/bulk-operations/bulk-operation-items';
import { insertBulkOperation } from '../../src/db/bulk-operations/bulk-operations';
import type { BulkOperationKind } from '../../src/domain/runs/bulk-operations';
import { bulkWriteWorkflowId, massUpdateWorkflowId } from '../../src/temporal/ids';
import { createOperationCommands } from '../../src/temporal/runs/operation-commands';
import type { Org } from './org';

const PERSON = 'tester';

/** Keeps a bulk write as the API does. @param operations as in the body of its request, or as JSON text */
export async function keepBulkWrite(
  knex: Knex,
  connectionId: string,
  operations: object[] | string,
  request: object = {},
): Promise<string> {
  const id = uuidv7();
  const text = typeof operations === 'string' ? operations : JSON.stringify(operations);
  const groups = JSON.parse(text) as { module: string; records: object[] }[];
  await knex.transaction(async (trx) => {
    await insertBulkOperation(trx, {
      id,
      connectionId,
      kind: 'bulk_write',
      moduleNames: [...new Set(groups.map(({ module }) => module))],
      request: JSON.stringify(request),
      totalRecords: groups.reduce((sum, { records }) => sum + records.length, 0),
      workflowId: bulkWriteWorkflowId(id),
      initiatedBy: PERSON,
      requestHash: id,
    });
    await insertBulkWriteItems(trx, id, `{"operations":${text}}`);
  });
  return id;
}

/** Keeps a mass update as the API does. */
export async function keepMassUpdate(
  knex: Knex,
  connectionId: string,
  module: string,
  request: { ids?: string[]; customView?: string; values: object },
): Promise<string> {
  const id = uuidv7();
  await knex.transaction(async (trx) => {
    await insertBulkOperation(trx, {
      id,
      connectionId,
      kind: 'mass_update',
      moduleNames: [module],
      request: JSON.stringify(request),
      moduleOfRequest: module,
      totalRecords: request.ids?.length ?? null,
      workflowId: massUpdateWorkflowId(id),
      initiatedBy: PERSON,
      requestHash: id,
    });
    if (request.ids) await insertMassUpdateItems(trx, id, module, request.ids);
  });
  return id;
}

/** Starts the workflow of a kept operation. @returns its workflow id */
export async function startKept(
  { engine, connectionId, name }: Org,
  kind: BulkOperationKind,
  operationId: string,
): Promise<string> {
  const input = { operationId, connectionId, connection: name, modules: ['Contacts'], notifiesCaller: false };
  const { workflowId } = await createOperationCommands(engine.temporal).start(kind, input, PERSON);
  return workflowId;
}

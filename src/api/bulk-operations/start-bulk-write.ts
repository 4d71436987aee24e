import { insertBulkWriteItems } from '../../db/bulk-operations/bulk-operation-items';
import { callbackSecretPurpose } from '../../db/bulk-operations/bulk-operations';
import { seal } from '../../db/postgres/encryption';
import type { BulkWriteAction } from '../../domain/runs/bulk-operations';
import { CREDITS } from '../../domain/zoho-limits';
import { bulkWriteWorkflowId } from '../../temporal/ids';
import type { ModuleAccess } from '../../zoho/metadata/module-access';
import { assertUsable } from '../connections/assert-usable';
import { idempotencyHeader } from '../http/parameters';
import { defineRoute } from '../http/route';
import { type ModuleToWrite, resolveModulesToWrite } from '../modules/resolve-module';
import { assertCallable, BULK_WRITE_LIMIT, BulkWriteRequest, parseBulkWrite } from './bulk-write-request';
import { BulkOperationAnswer, MAX_RECORDS_TEXT } from './schemas';
import { START_PROBLEMS, startOperation } from './start-operation';

export const startBulkWrite = defineRoute({
  method: 'post',
  path: '/bulk-writes',
  operationId: 'startBulkWrite',
  tag: 'Bulk operations',
  summary: `Write up to ${MAX_RECORDS_TEXT} records: insert, update and upsert, mixed`,
  description: `Zoho takes one operation on one module in each job and charges ${CREDITS.create_bulk_write_job} credits for it: records are sorted into files, which are written one after another. Follow the operation to see its progress; every record gets an outcome.`,
  access: 'operator',
  connection: 'body',
  headers: idempotencyHeader('operation'),
  body: BulkWriteRequest,
  largestBody: BULK_WRITE_LIMIT,
  parseInPieces: parseBulkWrite,
  answers: {
    202: { description: 'Started.', schema: BulkOperationAnswer, headers: { Location: 'Path of the bulk write.' } },
  },
  problems: [...START_PROBLEMS, 'encryption_key_missing'],
  audit: {
    action: 'bulk_write.start',
    target: (_request, connection) => connection,
    details: ({ body }) => outlineOf(body),
    starts: 'operation',
  },
  async handle({ connection, body, bodyText, headers, actor, principal, runId: id }, deps) {
    assertUsable(connection);
    assertCallable(body, deps.connect);
    const modules = await resolveModulesToWrite(deps, connection, modulesOf(body));
    const { callbackUrl: url, callbackSecret: secret } = body;
    const purpose = callbackSecretPurpose(id);
    return startOperation(
      deps,
      principal,
      connection,
      {
        id,
        kind: 'bulk_write',
        moduleNames: [...new Set(modules.values())],
        request: JSON.stringify(outlineOf(body)),
        totalRecords: body.operations.reduce((sum, { records }) => sum + records.length, 0),
        workflowId: bulkWriteWorkflowId(id),
        initiatedBy: actor,
        idempotencyKey: headers['idempotency-key'],
        ...(url !== undefined &&
          secret !== undefined && { callback: { url, sealedSecret: seal(deps.connect.keyRing(), purpose, secret) } }),
      },
      bodyText,
      (trx) => insertBulkWriteItems(trx, id, bodyText, modules),
    );
  },
});

const ACCESS: Readonly<Record<BulkWriteAction, readonly ModuleAccess[]>> = {
  insert: ['create'],
  update: ['update'],
  upsert: ['create', 'update'],
};

/** Each name once for each operation, with its first place. */
function modulesOf({ operations }: BulkWriteRequest): ModuleToWrite[] {
  const wanted = new Map<string, ModuleToWrite>();
  for (const [index, { module, operation }] of operations.entries()) {
    const key = `${operation} ${module}`;
    if (wanted.has(key)) continue;
    const place = { pointer: `#/operations/${index}/module` };
    wanted.set(key, { name: module, place, access: ACCESS[operation] });
  }
  return [...wanted.values()];
}

/** Audited part of the request, without a value of any record. */
function outlineOf({ operations, callbackUrl, allowNewChoices = false }: BulkWriteRequest): object {
  return {
    operations: operations.map(({ operation, module, findBy, records }) => ({
      operation,
      module,
      findBy,
      records: records.length,
    })),
    notifiesCaller: callbackUrl !== undefined,
    allowNewChoices,
  };
}

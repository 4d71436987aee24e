import assert from 'node:assert/strict';
import type { BulkOperationAnswer } from '../../../src/api/bulk-operations/schemas';
import type { RunStatus } from '../../../src/domain/runs/enums';
import { bulkWriteWorkflowId, massUpdateWorkflowId } from '../../../src/temporal/ids';
import { mixedRequest, newContacts } from '../../support/bulk-write-requests';
import { startCallerUrl } from '../../support/caller-url';
import type { EngineApi } from '../../support/engine-api';
import { exportedRecords } from '../../support/exported-records';
import { operationIs, untilOperation, type OperationPath } from '../../support/operations';
import type { Org } from '../../support/org';
import type { Scenario } from './scenario';

const HOUR_MS = 3_600_000;
const SECRET = 'a-secret-of-the-caller-no-less';
/** More than one call of a mass update takes. */
const MANY_DEALS = 600;

const WORKFLOW_IDS = { 'bulk-writes': bulkWriteWorkflowId, 'mass-updates': massUpdateWorkflowId };

/** @param path of the route, whose first part names the kind after a module */
export async function startOperation(api: EngineApi, path: string, body: object | string): Promise<string> {
  return (await api.call<BulkOperationAnswer>('POST', path, body)).operation.id;
}

/** Waits until the operation has ended as told and its workflow after it, the call to its caller included. */
export async function operationEnds(
  api: EngineApi,
  path: OperationPath,
  id: string,
  status: RunStatus,
): Promise<BulkOperationAnswer> {
  const answer = await operationIs(api, path, id, status);
  const handle = api.engine.temporal.client.workflow.getHandle(WORKFLOW_IDS[path](id));
  await handle.result().catch(() => undefined);
  return answer;
}

async function firstIds(org: Org, module: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const record of exportedRecords(org.simulator, module)) ids.push(record['id'] as string);
  return ids.slice(0, count);
}

/** Every kind of write in one request, for a caller who refuses the first call. */
async function writeInBulk(api: EngineApi): Promise<Org> {
  const org = await api.engine.org({ contacts: 40, deals: 20, accounts: 10 });
  const [changed = '', cleared = ''] = await firstIds(org, 'Contacts', 2);
  const [[deal = ''], [account = '']] = [await firstIds(org, 'Deals', 1), await firstIds(org, 'Accounts', 1)];
  const caller = await startCallerUrl(1);
  try {
    const envelope = { connection: org.name, callbackUrl: caller.url, callbackSecret: SECRET };
    const id = await startOperation(api, '/bulk-writes', mixedRequest(envelope, { changed, cleared, account, deal }));
    await operationEnds(api, 'bulk-writes', id, 'completed');
    assert.equal(caller.received.length, 2);
    assert.equal(new Set(caller.received.map(({ body }) => body)).size, 1);
  } finally {
    await caller.close();
  }
  await org.fullSync('Contacts');
  await org.fullSync('Deals');
  return org;
}

/** Zoho forgets the job of a file, and what became of its records with it. */
async function loseJob(api: EngineApi): Promise<Org> {
  const org = await api.engine.org({ contacts: 10, bulkJobMs: HOUR_MS });
  const operations = [{ operation: 'insert', module: 'Contacts', records: newContacts(2) }];
  const id = await startOperation(api, '/bulk-writes', { connection: org.name, operations });
  await untilOperation(api, 'bulk-writes', id, 'waits for its job', () => org.calls('getBulkWrite') > 0);
  await api.engine.query('update sync.bulk_jobs set zoho_job_id = 1 where session_id = ? returning id', [id]);
  const { operation } = await operationEnds(api, 'bulk-writes', id, 'failed');
  assert.match(operation.errorMessage ?? '', /2 records may or may not have been written/);
  return org;
}

/** By ids, in two calls, and by a view, with a job of Zoho's. */
async function updateInMass(api: EngineApi): Promise<Org> {
  const org = await api.engine.org({ deals: MANY_DEALS });
  const ids = await firstIds(org, 'Deals', MANY_DEALS);
  const viewOfAll = `${ids[0]?.slice(0, 10)}600000000`;
  for (const request of [
    { ids, values: { Next_Step: 'By ids' } },
    { customView: viewOfAll, values: { Next_Step: 'By view' } },
  ]) {
    const id = await startOperation(api, '/modules/Deals/mass-updates', { connection: org.name, ...request });
    await operationEnds(api, 'mass-updates', id, 'completed');
  }
  await org.fullSync('Deals');
  return org;
}

const EVERY_OPERATION = ['recordBulkOperation', 'settleOperation'] as const;
const EVERY_FILE = ['planBulkWrite', 'uploadBulkWriteFile', 'orderBulkWriteJob', 'awaitBulkWrite'] as const;

export const OPERATIONS: readonly Scenario[] = [
  {
    title: 'a bulk write',
    meets: [...EVERY_OPERATION, ...EVERY_FILE, 'collectBulkWriteResult', 'notifyCaller'],
    play: writeInBulk,
  },
  {
    title: 'a bulk write whose job Zoho has lost',
    meets: [...EVERY_OPERATION, ...EVERY_FILE, 'markFileUnknown'],
    play: loseJob,
  },
  {
    title: 'a mass update',
    meets: [...EVERY_OPERATION, 'planMassUpdate', 'updateByIds', 'orderMassUpdate', 'awaitMassUpdate'],
    play: updateInMass,
  },
];

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { ApplicationFailure } from '@temporalio/common';
import { awaitBulkWrite, collectBulkWriteResult } from '../../../src/activities/bulk-operations/bulk-write-result';
import { closeRemainingItems } from '../../../src/activities/bulk-operations/close-pending-items';
import { planBulkWrite } from '../../../src/activities/bulk-operations/plan-bulk-write';
import { submitBulkWriteJob, uploadBulkWriteFile } from '../../../src/activities/bulk-operations/submit-bulk-write';
import { closeAbandonedRuns } from '../../../src/activities/maintenance/close-abandoned-runs';
import { listItems } from '../../../src/db/bulk-operations/bulk-operation-items';
import { getBulkOperation } from '../../../src/db/bulk-operations/bulk-operations';
import { fileRows } from '../../../src/db/bulk-operations/bulk-write-files';
import { getJob, updateJob } from '../../../src/db/bulk-operations/bulk-write-jobs';
import type { OperationTarget } from '../../../src/temporal/contract/targets';
import { poll } from '../../support/poll';
import { keepBulkWrite } from '../../support/start-operation';
import { startZohoFront } from '../../support/zoho-front';
import { someOrganization, useActivities } from '../support';

const HOUR = `interval '1 hour'`;

describe('the activities of a bulk write', () => {
  const activities = useActivities({ contacts: 20 });
  beforeEach(() => activities.simulator.control.clearFaults());

  const insert = (count: number) => [
    {
      operation: 'insert',
      module: 'Contacts',
      records: Array.from({ length: count }, (_, index) => ({ Last_Name: `Row ${index}` })),
    },
  ];

  async function keep(operations: object[] | string, zohoUrl = activities.simulator.url): Promise<OperationTarget> {
    const { id: connectionId } = await someOrganization(activities.knex, zohoUrl);
    return { connectionId, operationId: await keepBulkWrite(activities.knex, connectionId, operations) };
  }

  async function ordered(count = 2) {
    const target = { ...(await keep(insert(count))), file: 1 };
    await activities.run(() => planBulkWrite(activities.deps, target));
    await activities.run(() => uploadBulkWriteFile(activities.deps, target));
    await activities.run(() => submitBulkWriteJob(activities.deps, target));
    return target;
  }

  const failsWith = (type: string) => (error: unknown) => error instanceof ApplicationFailure && error.type === type;
  const callsOf = (operation: string) => activities.simulator.control.calls().operations[operation]?.calls ?? 0;

  it('sort records by module, operation and key, and keep apart those that clear a field', async () => {
    const records = [
      { id: '1', Phone: '1' },
      { id: '2', Phone: null },
      { id: '3', Title: 'x' },
      { id: '4', Phone: '' },
      { id: '5', Phone: [], Title: 'x' },
    ];
    const target = await keep([
      { operation: 'update', module: 'Contacts', records },
      { operation: 'upsert', module: 'Contacts', findBy: 'Email', records: [{ Email: 'a@b.c', Last_Name: 'x' }] },
    ]);

    const plan = await activities.run(() => planBulkWrite(activities.deps, target));
    const again = await activities.run(() => planBulkWrite(activities.deps, target));

    const rows = new Map(
      (await listItems(activities.knex, target.operationId, {}, { limit: 10 })).map((item) => [
        item.position,
        item.fileNumber,
      ]),
    );
    assert.deepEqual([...rows.values()], [1, 1, 2, 1, 3, 4]);
    assert.deepEqual(again, plan);
    const ignoresEmpty = await Promise.all(
      [1, 2].map(
        async (file) => (await getJob(activities.knex, target.operationId, 'write', file)).details.ignoreEmpty,
      ),
    );
    assert.deepEqual(ignoresEmpty, [false, true]);
  });

  it('write cells as Zoho reads them, numbers with every digit', async () => {
    const target = await keep(
      `[{"operation":"insert","module":"Deals","records":[{"Deal_Name":"a, \\"b\\"\\nc","Amount":1234567890123456.70,
        "Account_Name":{"id":"55"},"Type":["One","Two"],"Closing_Date":"2031-01-01"}, {"Deal_Name":"x","Amount":0.10}]}]`,
    );
    await activities.run(() => planBulkWrite(activities.deps, target)).catch(() => undefined);

    const rows: (string | null)[][] = [];
    const columns = ['Deal_Name', 'Amount', 'Account_Name', 'Type'];
    for await (const row of fileRows(activities.knex, target.operationId, 1, columns)) rows.push(row);

    assert.deepEqual(rows, [
      ['a, "b"\nc', '1234567890123456.70', '55', 'One;Two'],
      ['x', '0.10', null, null],
    ]);
  });

  it('say which fields a file cannot carry', async () => {
    const target = await keep([
      { operation: 'insert', module: 'Contacts', records: [{ Last_Name: 'x', Created_Time: '2026-01-01', Nope: 1 }] },
    ]);

    await assert.rejects(
      activities.run(() => planBulkWrite(activities.deps, target)),
      /cannot insert these fields of Contacts: Created_Time, Nope/,
    );
  });

  it('submit a job once, however often they run', async () => {
    const before = [callsOf('uploadFile'), callsOf('createBulkWrite')];
    const target = await ordered();

    await activities.run(() => uploadBulkWriteFile(activities.deps, target));
    await activities.run(() => submitBulkWriteJob(activities.deps, target));

    assert.deepEqual([callsOf('uploadFile') - before[0]!, callsOf('createBulkWrite') - before[1]!], [1, 1]);
    assert.deepEqual(await readdir(activities.deps.spool.directory), []);
  });

  it('do not repeat an insert without a key whose job may have been created', async () => {
    const target = { ...(await keep(insert(2))), file: 1 };
    await activities.run(() => planBulkWrite(activities.deps, target));
    await activities.run(() => uploadBulkWriteFile(activities.deps, target));
    activities.simulator.control.addFault({ kind: 'truncate', operation: 'createBulkWrite', times: 1 });
    await assert.rejects(activities.run(() => submitBulkWriteJob(activities.deps, target)));
    const calls = callsOf('createBulkWrite');

    await assert.rejects(
      activities.run(() => submitBulkWriteJob(activities.deps, target)),
      failsWith('bulk_write.outcome_unknown'),
    );

    assert.equal(callsOf('createBulkWrite'), calls);
  });

  it('wait for Zoho to name that job, where it was given a URL to call, but not for ever', async () => {
    const deps = { ...activities.deps, bulkWriteCallbackUrl: () => 'http://127.0.0.1:1/lost' };
    const target = { ...(await keep(insert(2))), file: 1 };
    await activities.run(() => planBulkWrite(deps, target));
    await updateJob(activities.knex, target.operationId, 'write', 1, { state: 'ORDERING' });

    await assert.rejects(
      activities.run(() => submitBulkWriteJob(deps, target)),
      failsWith('bulk_write.pending'),
    );
    await activities.knex.raw(`update sync.bulk_jobs set updated_at = now() - ${HOUR} where session_id = ?`, [
      target.operationId,
    ]);
    await assert.rejects(
      activities.run(() => submitBulkWriteJob(deps, target)),
      failsWith('bulk_write.outcome_unknown'),
    );
  });

  it('submit without a URL to call where Zoho takes none, say so, and wait for no call', async () => {
    const front = await startZohoFront(activities.simulator.url, async ({ method, path, body }) => {
      if (method !== 'POST' || path !== '/crm/bulk/v8/write' || !body.includes('"callback"')) return undefined;
      return { status: 400, body: { status: 'error', code: 'INVALID_CALLBACK_URL', message: 'text', details: {} } };
    });
    const deps = { ...activities.deps, bulkWriteCallbackUrl: () => 'http://name.inside.example/x' };
    const target = await keep(
      [...insert(2), { operation: 'insert', module: 'Leads', records: [{ Last_Name: 'x' }] }],
      front.url,
    );
    await activities.run(() => planBulkWrite(deps, target));
    const submit = (file: number) => activities.run(() => submitBulkWriteJob(deps, { ...target, file }));

    await activities.run(() => uploadBulkWriteFile(deps, { ...target, file: 1 }));
    const said = [await submit(1), await submit(1)];
    const { zohoJobId } = await getJob(activities.knex, target.operationId, 'write', 1);
    await updateJob(activities.knex, target.operationId, 'write', 2, { state: 'ORDERING' });

    assert.notEqual(zohoJobId, null);
    assert.deepEqual(said, [{ callbackRefused: true }, { callbackRefused: true }]);
    await assert.rejects(submit(2), failsWith('bulk_write.outcome_unknown'));
    await front.close();
  });

  it('submit a refused job again, and upload a file that Zoho has lost', async () => {
    const target = { ...(await keep(insert(2))), file: 1 };
    await activities.run(() => planBulkWrite(activities.deps, target));
    await activities.run(() => uploadBulkWriteFile(activities.deps, target));
    activities.simulator.control.addFault({ kind: 'throttle', operation: 'createBulkWrite', times: 1 });
    await assert.rejects(activities.run(() => submitBulkWriteJob(activities.deps, target)));
    await updateJob(activities.knex, target.operationId, 'write', 1, { state: 'UPLOADED', details: { fileId: '1' } });

    await assert.rejects(
      activities.run(() => submitBulkWriteJob(activities.deps, target)),
      failsWith('bulk_write.file_lost'),
    );
    await activities.run(() => uploadBulkWriteFile(activities.deps, target));
    await activities.run(() => submitBulkWriteJob(activities.deps, target));

    assert.notEqual((await getJob(activities.knex, target.operationId, 'write', 1)).zohoJobId, null);
  });

  it('leave no row of a failed job without an outcome', async () => {
    activities.simulator.control.failBulkWrites(1, 1);
    const target = await ordered(3);
    await poll(
      () =>
        activities
          .run(() => awaitBulkWrite(activities.deps, target))
          .then(
            () => true,
            () => false,
          ),
      { what: 'the job has ended' },
    );

    const progress = await activities.run(() => collectBulkWriteResult(activities.deps, target));
    const again = await activities.run(() => collectBulkWriteResult(activities.deps, target));

    const items = await listItems(activities.knex, target.operationId, {}, { limit: 10 });
    assert.equal(progress.processed, 3);
    assert.deepEqual(again, progress);
    assert.ok(items.every(({ status }) => status !== 'pending'));
    assert.ok(progress.failed > 0);
  });

  it('are not waited for when the workflow is gone: the operation is closed, and its records get their end', async () => {
    const target = await ordered();
    await activities.knex.raw(`update sync.bulk_operations set last_activity_at = now() - ${HOUR} where id = ?`, [
      target.operationId,
    ]);

    await activities.run(() => closeAbandonedRuns(activities.deps));

    const { status, errorMessage } = await getBulkOperation(activities.knex, target.operationId);
    assert.equal(status, 'failed');
    assert.match(errorMessage ?? '', /Look at its results before you send the rest again/);
    const items = await listItems(activities.knex, target.operationId, {}, { limit: 10 });
    assert.deepEqual(
      items.map((item) => item.status),
      ['unknown', 'unknown'],
    );
  });

  it('tell at an early end what may have been written from what was never sent', async () => {
    const target = await keep([...insert(2), { operation: 'insert', module: 'Leads', records: [{ Last_Name: 'x' }] }]);
    await activities.run(() => planBulkWrite(activities.deps, target));
    await updateJob(activities.knex, target.operationId, 'write', 1, { state: 'ORDERED', zohoJobId: '77' });

    const settled = await activities.run(() => closeRemainingItems(activities.deps, target));

    assert.deepEqual([settled.counts.unknown, settled.counts.cancelled, settled.runningJobs], [2, 1, ['77']]);
  });
});

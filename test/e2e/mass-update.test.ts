import assert from 'node:assert/strict';
import type { BulkOperationAnswer, MassUpdatePreview } from '../../src/api/bulk-operations/schemas';
import { ExactNumber } from '../support/exact-json';
import { exportedRecords } from '../support/exported-records';
import { operationIs, resultsOf, untilOperation } from '../support/operations';
import type { Org } from '../support/org';
import { useEngineApi } from '../support/use-engine';

const HOUR_MS = 3_600_000;
/** The view of all records that every module of the simulator has. */
const viewOfAll = (anyId: string) => `${anyId.slice(0, 10)}600000000`;

describe('a mass update', function () {
  this.timeout(60_000);
  const api = useEngineApi();

  async function start(module: string, body: object | string): Promise<string> {
    const started = await api().call<BulkOperationAnswer>('POST', `/modules/${module}/mass-updates`, body);
    return started.operation.id;
  }

  async function idsOf(org: Org, module: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const record of exportedRecords(org.simulator, module)) ids.push(record['id'] as string);
    return ids;
  }

  async function valuesOf(org: Org, module: string, field: string): Promise<Map<string, unknown>> {
    const values = new Map<string, unknown>();
    for await (const record of exportedRecords(org.simulator, module))
      values.set(record['id'] as string, record[field]);
    return values;
  }

  it('gives records by their ids the values, 500 a call, and tells which it could not', async () => {
    const org = await api().engine.org({ deals: 1_200 });
    const ids = (await idsOf(org, 'Deals')).slice(0, 1_100);
    const nobody = '5500000103199999999';
    // More digits than a double holds.
    const body = JSON.stringify({ connection: org.name, ids: [...ids, nobody], values: { Amount: 'AMOUNT' } });

    const id = await start('Deals', body.replace('"AMOUNT"', '8765432109876.54'));
    const { operation } = await operationIs(api(), 'mass-updates', id, 'completed');
    const results = await resultsOf(api(), 'mass-updates', id);
    const amounts = await valuesOf(org, 'Deals', 'Amount');

    assert.deepEqual([operation.successfulRecords, operation.failedRecords], [1_100, 1]);
    assert.deepEqual(
      results.map(({ recordId, status }) => [recordId, status]),
      [...ids.map((each) => [each, 'updated']), [nobody, 'skipped']],
    );
    assert.equal(org.calls('massUpdate'), 3);
    const updated = ids.map((each) => amounts.get(each));
    assert.ok(updated.every((amount) => amount instanceof ExactNumber && amount.digits === '8765432109876.54'));
  });

  it('continues where it was after kill -9 of the worker', async () => {
    const org = await api().engine.org({ deals: 1_600 });
    const ids = await idsOf(org, 'Deals');
    org.zoho.addFault({ kind: 'latency', operation: 'massUpdate', delayMs: 1_500, after: 1 });
    const id = await start('Deals', { connection: org.name, ids, values: { Next_Step: 'Ask again' } });
    await untilOperation(api(), 'mass-updates', id, 'is in its second call', () => org.calls('massUpdate') > 1);

    await api().engine.worker.kill();
    org.zoho.clearFaults();
    await api().engine.worker.start();
    const { operation } = await operationIs(api(), 'mass-updates', id, 'completed');

    assert.equal(operation.successfulRecords, 1_600);
    const steps = await valuesOf(org, 'Deals', 'Next_Step');
    assert.ok(ids.every((each) => steps.get(each) === 'Ask again'));
    // Four calls, and once more the one whose answer was lost.
    assert.ok(org.calls('massUpdate') <= 5);
  });

  it('stops between two calls when it is cancelled, and says what was written', async () => {
    const org = await api().engine.org({ deals: 1_600 });
    const ids = await idsOf(org, 'Deals');
    org.zoho.addFault({ kind: 'latency', operation: 'massUpdate', delayMs: 3_000, after: 1 });
    const id = await start('Deals', { connection: org.name, ids, values: { Next_Step: 'Never mind' } });
    await untilOperation(api(), 'mass-updates', id, 'is in its second call', () => org.calls('massUpdate') > 1);

    await api().call('POST', `/mass-updates/${id}/cancel`);
    await operationIs(api(), 'mass-updates', id, 'cancelled');

    const results = await resultsOf(api(), 'mass-updates', id);
    const steps = await valuesOf(org, 'Deals', 'Next_Step');
    for (const { recordId, status } of results) {
      assert.equal(steps.get(recordId ?? '') === 'Never mind', status === 'updated', `${recordId} ${status}`);
    }
    assert.ok(results.some(({ status }) => status === 'cancelled'));
  });

  it("updates a view by Zoho's own job, after the one that is there, and gives its counts", async () => {
    const org = await api().engine.org({ deals: 30, bulkJobMs: HOUR_MS });
    const [anyId = ''] = await idsOf(org, 'Deals');
    const request = (step: string) => ({
      connection: org.name,
      customView: viewOfAll(anyId),
      values: { Next_Step: step },
    });
    const first = await start('Deals', request('First'));
    await untilOperation(api(), 'mass-updates', first, 'is at work', () => org.calls('getMassUpdate') > 0);
    const second = await start('Deals', request('Second'));
    await untilOperation(api(), 'mass-updates', second, 'was refused', () => org.calls('massUpdate') > 1);

    org.zoho.moveClock({ advance: HOUR_MS });
    await operationIs(api(), 'mass-updates', first, 'completed');
    await untilOperation(api(), 'mass-updates', second, 'is taken', ({ jobs }) => jobs[0]?.zohoJobId !== null);
    org.zoho.moveClock({ advance: HOUR_MS });
    const { operation } = await operationIs(api(), 'mass-updates', second, 'completed');

    assert.deepEqual([operation.totalRecords, operation.successfulRecords], [30, 30]);
    assert.match(operation.message ?? '', /it does not say which/);
    assert.deepEqual(operation.plan, { module: 'Deals', byView: true });
    assert.equal(operation.result?.view?.updated, 30);
    const steps = await valuesOf(org, 'Deals', 'Next_Step');
    assert.ok([...steps.values()].every((step) => step === 'Second'));
  });

  it("fails when Zoho's job fails", async () => {
    const org = await api().engine.org({ deals: 10 });
    const [anyId = ''] = await idsOf(org, 'Deals');
    org.zoho.failMassUpdates(1);

    const id = await start('Deals', {
      connection: org.name,
      customView: viewOfAll(anyId),
      values: { Next_Step: 'No' },
    });

    const { operation } = await operationIs(api(), 'mass-updates', id, 'failed');
    assert.match(operation.errorMessage ?? '', /Zoho's job failed: 0 of 10 records updated/);
  });

  it('is refused before it writes when the metadata speak against it, and the preview says so', async () => {
    const org = await api().engine.org({ deals: 10 });
    const ids = (await idsOf(org, 'Deals')).slice(0, 2);
    const body = { connection: org.name, ids, values: { Stage: 'No such stage', Owner: '1' } };

    const preview = await api().call<MassUpdatePreview>('POST', '/modules/Deals/mass-updates/preview', body);
    const id = await start('Deals', body);
    const { operation } = await operationIs(api(), 'mass-updates', id, 'failed');

    assert.equal(preview.possible, false);
    assert.equal(preview.records, 2);
    assert.match(operation.errorMessage ?? '', /Stage: The picklist does not have this choice/);
    assert.equal(org.calls('massUpdate'), 0);
  });
});

import assert from 'node:assert/strict';
import type { SwitchValues } from '../../simulator/switches';
import { createJob, resultRows, runBulkWrite, type WriteStatus } from './bulk-write-support';
import { type Receiver, startReceiver } from './receiver';
import { type Answer, startTestBed, type TestBed } from './support';

const ALL_DEALS = '5500000103600000000';
const FIRST_DEAL = '5500000103100001001';
const INSERT = { module: { api_name: 'Deals' } };
const UPDATE = { module: { api_name: 'Deals' }, find_by: 'id' };
const HOUR = 3_600_000;

describe('simulator: switches of jobs, fields and notifications', () => {
  let bed: TestBed;
  let receiver: Receiver;

  beforeEach(async () => {
    [bed, receiver] = await Promise.all([startTestBed({ deals: 1_200 }), startReceiver()]);
  });

  afterEach(() => Promise.all([bed.close(), receiver.close()]));

  function flip(changes: Partial<SwitchValues>): void {
    bed.simulator.control.setSwitches(changes);
  }

  /** Answers of a call before and after switches are flipped. */
  async function both(changes: Partial<SwitchValues>, call: () => Promise<Answer>): Promise<[Answer, Answer]> {
    const before = await call();
    flip(changes);
    return [before, await call()];
  }

  function creditsOf(operation: string): number | undefined {
    return bed.simulator.control.calls().operations[operation]?.credits;
  }

  function massUpdate(json: Record<string, unknown>): Promise<Answer> {
    return bed.call('/crm/v8/Deals/actions/mass_update', { method: 'POST', json });
  }

  /** Writes onto all deals, and waits until it is done. */
  async function updateAllDeals(): Promise<void> {
    const job = (await massUpdate({ data: [{ Next_Step: 'All' }], cvid: ALL_DEALS })).body.data?.[0]?.details['job_id'];
    for (;;) {
      const { body } = await bed.call(`/crm/v8/Deals/actions/mass_update?job_id=${String(job)}`);
      if (body.data?.[0]?.['Status'] === 'COMPLETED') return;
    }
  }

  function updateFirstDeal(step = 'Bulk'): Promise<WriteStatus> {
    return runBulkWrite(bed, `id,Next_Step\n${FIRST_DEAL},${step}\n`, UPDATE, { operation: 'update' });
  }

  async function firstDeal(field: string): Promise<unknown> {
    return (await bed.call(`/crm/v8/Deals/${FIRST_DEAL}`)).body.data?.[0]?.[field];
  }

  function watch(json: Record<string, unknown>, method = 'POST'): Promise<Answer> {
    return bed.call('/crm/v8/actions/watch', { method, json });
  }

  async function subscribe(): Promise<void> {
    await watch({ watch: [{ channel_id: '1', events: ['Deals.all'], notify_url: receiver.url }] });
  }

  function write(step: string): Promise<Answer> {
    return bed.call(`/crm/v8/Deals/${FIRST_DEAL}`, { method: 'PUT', json: { data: [{ Next_Step: step }] } });
  }

  const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status);

  it('jobPollingCredits, for every kind of job', async () => {
    await both({ jobPollingCredits: 1 }, async () => {
      await bed.call('/crm/bulk/v8/write/1');
      await bed.call('/v2/crm/700001/bulk-write/1/1.zip');
      return bed.call('/crm/v8/Deals/actions/mass_update?job_id=1');
    });

    assert.deepEqual(
      [creditsOf('getBulkWrite'), creditsOf('downloadBulkWrite'), creditsOf('getMassUpdate')],
      [1, 1, 1],
    );
  });

  it('massUpdateCreditsPer100Ids', async () => {
    const ids = Array.from({ length: 101 }, () => FIRST_DEAL);

    await both({ massUpdateCreditsPer100Ids: 7 }, () => massUpdate({ data: [{ Next_Step: 'x' }], ids }));

    assert.equal(creditsOf('massUpdate'), 2 + 14);
  });

  it('massUpdateCreditsByView', async () => {
    await both({ massUpdateCreditsByView: 3 }, () => massUpdate({ data: [{ Next_Step: 'x' }], cvid: ALL_DEALS }));

    assert.equal(creditsOf('massUpdate'), 50 + 3);
  });

  it('massUpdateOverWrite', async () => {
    const update = (): Promise<Answer> =>
      massUpdate({ data: [{ Next_Step: 'New' }], ids: [FIRST_DEAL], over_write: false });
    await write('Old');

    flip({ massUpdateOverWrite: 'keep' });
    await update();
    const kept = await firstDeal('Next_Step');
    flip({ massUpdateOverWrite: 'ignore' });
    await update();

    assert.deepEqual([kept, await firstDeal('Next_Step')], ['Old', 'New']);
  });

  it('modifiedByMassUpdateJob', async () => {
    const before = await firstDeal('Modified_Time');
    flip({ modifiedByMassUpdateJob: false });
    await updateAllDeals();
    const kept = [await firstDeal('Next_Step'), await firstDeal('Modified_Time')];
    flip({ modifiedByMassUpdateJob: true });
    await updateAllDeals();

    assert.deepEqual(kept, ['All', before]);
    assert.notEqual(await firstDeal('Modified_Time'), before);
  });

  it('fieldsPerCreateCall', async () => {
    let number = 0;
    const create = (): Promise<Answer> => {
      const fields = Array.from({ length: 6 }, () => ({ field_label: `Extra ${number++}`, data_type: 'date' }));
      return bed.call('/crm/v8/settings/fields?module=Deals', { method: 'POST', json: { fields } });
    };

    const answers = await both({ fieldsPerCreateCall: 25 }, create);

    assert.deepEqual(statuses(answers), [400, 201]);
  });

  it('bulkWriteRefunds', async () => {
    bed.simulator.control.failBulkWrites(2);
    await updateFirstDeal();
    const { used } = bed.simulator.control.calls().credits;
    flip({ bulkWriteRefunds: true });
    await updateFirstDeal();

    assert.equal(creditsOf('createBulkWrite'), 1_000);
    assert.equal(bed.simulator.control.calls().credits.used, used);
  });

  it('bulkWriteFindBy', async () => {
    const resource = { module: { api_name: 'Deals' }, find_by: 'Deal_Name' };
    const create = (): Promise<Answer> =>
      createJob(bed, 'Deal_Name,Stage\nA,Qualification\n', resource, { operation: 'upsert' });

    const answers = await both({ bulkWriteFindBy: 'id' }, create);

    assert.deepEqual(statuses(answers), [201, 400]);
    assert.equal(answers[1].body.code, 'INVALID_FIELD');
  });

  it('bulkWriteDateFormats', async () => {
    const csv = 'Deal_Name,Stage,Closing_Date\nA,Qualification,01/31/2026\nB,Qualification,2026-01-31\n';
    const rows = async (): Promise<(string | undefined)[]> =>
      (await resultRows(bed, await runBulkWrite(bed, csv, INSERT))).map(({ STATUS }) => STATUS);

    const us = await rows();
    flip({ bulkWriteDateFormats: 'iso' });
    const iso = await rows();

    assert.deepEqual(
      [us, iso],
      [
        ['ADDED', 'SKIPPED'],
        ['SKIPPED', 'ADDED'],
      ],
    );
  });

  it('bulkWriteAutomations', async () => {
    const runs = (): unknown => bed.simulator.control.state()['automations'];
    await updateFirstDeal();
    const before = runs();
    flip({ bulkWriteAutomations: true });
    await updateFirstDeal();

    assert.deepEqual([before, runs()], [{}, { Deals: { create: 0, edit: 1, delete: 0 } }]);
  });

  it('modifiedByBulkWrite', async () => {
    const before = await firstDeal('Modified_Time');
    flip({ modifiedByBulkWrite: false });
    await updateFirstDeal();
    const kept = [await firstDeal('Next_Step'), await firstDeal('Modified_Time')];
    flip({ modifiedByBulkWrite: true });
    await updateFirstDeal();

    assert.deepEqual(kept, ['Bulk', before]);
    assert.notEqual(await firstDeal('Modified_Time'), before);
  });

  it('notificationAttempts', async () => {
    flip({ notificationAttempts: 3 });
    const unheard = 'http://127.0.0.1:1/hook';
    await watch({ watch: [{ channel_id: '1', events: ['Deals.all'], notify_url: unheard }] });

    await write('x');
    while (bed.simulator.control.deliveries().counts.failed < 3) await new Promise((resolve) => setTimeout(resolve, 5));

    assert.equal(bed.simulator.control.deliveries().pending, 0);
  });

  it('notificationOrder', async () => {
    flip({ notificationOrder: 'shuffled' });
    await subscribe();
    bed.simulator.control.moveClock({ freeze: true });
    await watch({
      watch: [{ channel_id: '1', events: ['Deals.all'], notify_url: receiver.url, return_affected_field_values: true }],
    });
    const steps = Array.from({ length: 12 }, (_, k) => `step ${k}`);
    for (const step of steps) await write(step);
    bed.simulator.control.moveClock({ advance: 100 });

    const received = (await receiver.wait(12)).map((body) => /step \d+/.exec(JSON.stringify(body))?.[0]);

    assert.deepEqual(new Set(received), new Set(steps));
    assert.notDeepEqual(received, steps);
  });

  it('notificationsOfBulkWrites', async () => {
    await subscribe();
    await updateFirstDeal('silent');
    await updateAllDeals();
    const before = receiver.received.length;
    flip({ notificationsOfBulkWrites: true });
    await updateFirstDeal('heard');
    await updateAllDeals();

    const received = await receiver.wait(before + 13);

    assert.equal(before, 0);
    assert.equal(new Set(received.flatMap(({ ids }) => ids)).size, 1_200);
  });

  it('notificationTokenLength', async () => {
    const token = 's'.repeat(256);
    const json = { watch: [{ channel_id: '1', events: ['Deals.all'], notify_url: receiver.url, token }] };

    const answers = await both({ notificationTokenLength: 256 }, () => watch(json));

    assert.deepEqual(statuses(answers), [202, 201]);
  });

  it('notificationPatchWrapper', async () => {
    await subscribe();
    const bare = { channel_id: '1', events: ['Deals.edit'], notify_url: receiver.url };
    const patch = async (): Promise<number[]> =>
      statuses([await watch({ watch: [bare] }, 'PATCH'), await watch(bare, 'PATCH')]);

    const either = await patch();
    flip({ notificationPatchWrapper: 'watch' });
    const wrapped = await patch();
    flip({ notificationPatchWrapper: 'bare' });

    assert.deepEqual(
      [either, wrapped, await patch()],
      [
        [200, 200],
        [200, 400],
        [202, 200],
      ],
    );
  });

  it('callbackCopies and callbackDelayMs, for bulk write', async () => {
    flip({ callbackCopies: 2, callbackDelayMs: HOUR });
    bed.simulator.control.moveClock({ freeze: true });
    const csv = 'Deal_Name,Stage\nA,Qualification\n';
    await runBulkWrite(bed, csv, INSERT, { callback: { url: receiver.url, method: 'post' } });
    const early = receiver.received.length;

    bed.simulator.control.moveClock({ advance: HOUR });
    const received = await receiver.wait(2);

    assert.equal(early, 0);
    assert.deepEqual(received[0], received[1]);
  });
});

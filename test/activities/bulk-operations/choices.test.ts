import assert from 'node:assert/strict';
import type { ApplicationFailure } from '@temporalio/common';
import { planMassUpdate } from '../../../src/activities/bulk-operations/mass-update';
import { planBulkWrite } from '../../../src/activities/bulk-operations/plan-bulk-write';
import { listItems } from '../../../src/db/bulk-operations/bulk-operation-items';
import { keepBulkWrite, keepMassUpdate } from '../../support/start-operation';
import { someOrganization, useActivities } from '../support';

const SEVERAL = 'Products_Interested';

describe('choices of picklists', () => {
  const activities = useActivities({ deals: 5 });
  let connectionId: string;
  before(async () => {
    connectionId = (await someOrganization(activities.knex, activities.simulator.url)).id;
    activities.simulator.control.renameChoice({
      module: 'Deals',
      field: 'Stage',
      actual_value: 'Closed Won',
      display_value: 'Gewonnen',
    });
  });

  async function plan(records: object[], request: object = {}) {
    const operations = [{ operation: 'update', module: 'Deals', records }];
    const operationId = await keepBulkWrite(activities.knex, connectionId, operations, request);
    const failure = await activities
      .run(() => planBulkWrite(activities.deps, { connectionId, operationId }))
      .then(
        () => undefined,
        (error: unknown) => error as ApplicationFailure,
      );
    const items = await listItems(activities.knex, operationId, {}, { limit: 10 });
    return { failure, items: items.map(({ status, errors }) => [status, errors?.[0]?.code, errors?.[0]?.fields]) };
  }

  it('that are new stop a bulk write before it is sent, with the nearest names and the outcome of each record', async () => {
    const { failure, items } = await plan([
      { id: '1', Stage: 'Qualificaton' },
      { id: '2', Stage: 'Qualification' },
      { id: '3', Stage: 'Qualificaton', [SEVERAL]: ['Nonsense'] },
    ]);

    assert.equal(failure?.type, 'bulk_write.values_refused');
    assert.match(
      failure.message,
      /Stage of Deals, record 0, 2: .*does not have this choice; the nearest are Qualification/,
    );
    assert.doesNotMatch(failure.message, /Qualificaton|Nonsense/);
    assert.deepEqual(items, [
      ['cancelled', 'UNKNOWN_CHOICE', ['Stage']],
      ['pending', undefined, undefined],
      ['cancelled', 'UNKNOWN_CHOICE', ['Stage', SEVERAL]],
    ]);
  });

  for (const [what, record] of Object.entries({
    'in another case': { Stage: 'qualification' },
    'with a space': { Stage: 'Qualification ' },
    'joined by a semicolon': { Stage: 'Qualification;Closed Lost' },
    'by a number': { Stage: 7 },
    'by the name that is shown for it': { Stage: 'Gewonnen' },
    'in a text of several': { [SEVERAL]: 'Databases, managed;Nonsense' },
    'in a list': { [SEVERAL]: ['Databases, managed', 'Nonsense'] },
    'in a list of a field that takes one': { Stage: ['Qualification'] },
  })) {
    it(`are new ${what}, too`, async () => {
      assert.equal((await plan([{ id: '1', ...record }])).failure?.type, 'bulk_write.values_refused');
    });
  }

  it('that exist, and those that are cleared, pass', async () => {
    const { failure } = await plan([
      { id: '1', Stage: 'Closed Won', [SEVERAL]: ['Databases, managed'] },
      { id: '2', [SEVERAL]: [] },
      { id: '3', [SEVERAL]: null },
      { id: '4', [SEVERAL]: ['', ' '] },
      { id: '5', [SEVERAL]: '' },
    ]);

    assert.equal(failure, undefined);
  });

  it('that are new pass where the caller allows them', async () => {
    assert.equal((await plan([{ id: '1', Stage: 'Brand new' }], { allowNewChoices: true })).failure, undefined);
  });

  it('are no text of a field that takes none: a list of it is refused, an empty one clears it', async () => {
    assert.match(
      (await plan([{ id: '1', Next_Step: ['A', 'B'] }])).failure?.message ?? '',
      /record 0: .*takes no list/,
    );
    assert.match((await plan([{ id: '1', Stage: { id: '5' } }])).failure?.message ?? '', /takes no record/);
    assert.equal((await plan([{ id: '1', Next_Step: [] }])).failure, undefined);
  });

  for (const [what, request, problem] of [
    [
      'is new',
      { values: { Stage: 'Qualificaton' } },
      /Stage: .*does not have this choice; the nearest are Qualification/,
    ],
    ['is allowed', { values: { Stage: 'Qualificaton' }, allowNewChoices: true }, undefined],
    ['is a list for one', { values: { Stage: ['Closed Lost'] } }, /takes no list/],
    ['is none', { values: { [SEVERAL]: [] } }, undefined],
    ['is none, where others are only added', { values: { [SEVERAL]: [] }, overWrite: false }, /Nothing is cleared/],
    ['is null, where others are only added', { values: { [SEVERAL]: null }, overWrite: false }, /Nothing is cleared/],
  ] as const) {
    it(`of a mass update ${problem ? 'stop it' : 'pass'} where one ${what}`, async () => {
      const operationId = await keepMassUpdate(activities.knex, connectionId, 'Deals', { ids: ['1'], ...request });
      const planned = activities.run(() => planMassUpdate(activities.deps, { connectionId, operationId }));
      if (problem) await assert.rejects(planned, problem);
      else await planned;
    });
  }
});

import assert from 'node:assert/strict';
import { createCustomFields, updateCustomFields } from '../../../src/zoho/metadata/custom-fields';
import { getFields, type ZohoField } from '../../../src/zoho/metadata/fields';
import { getRecord } from '../../../src/zoho/records/get-record';
import { insertRecords } from '../../../src/zoho/records/write-records';
import { type SimulatorBench, startSimulatorBench } from './bench';

describe('custom fields of the client against the simulator', () => {
  let bench: SimulatorBench;
  before(async () => {
    bench = await startSimulatorBench({ deals: 20 });
  });
  after(() => bench.stop());

  async function fieldOf(id: string | undefined): Promise<ZohoField> {
    return (await getFields(bench.transport, 'Deals')).find((field) => field.id === id) ?? assert.fail('no such field');
  }

  async function created(definition: Parameters<typeof createCustomFields>[2][number]): Promise<ZohoField> {
    const [outcome] = await createCustomFields(bench.transport, 'Deals', [definition]);
    assert.equal(outcome?.status, 'success', JSON.stringify(outcome));
    return fieldOf(outcome.id);
  }

  it('are there with the type and the choices asked for, and take values at once', async () => {
    const picklistValues = [{ display: 'EMEA' }, { display: 'APAC' }];

    const field = await created({ label: 'Sales Region', dataType: 'picklist', picklistValues });
    const deal = { Deal_Name: 'D', Stage: 'Qualification', [field.apiName]: 'APAC' };
    const [outcome] = await insertRecords(bench.transport, 'Deals', [deal]);

    assert.deepEqual([field.dataType, field.custom], ['picklist', true]);
    assert.deepEqual(
      field.picklistValues.map(({ actual }) => actual),
      ['EMEA', 'APAC'],
    );
    assert.equal(outcome?.status, 'success');
    const record = await getRecord(bench.transport, 'Deals', outcome.id);
    assert.match(record?.body.toString() ?? '', /"Sales_Region":"APAC"/);
  });

  it('are created and refused each at its place', async () => {
    const outcomes = await createCustomFields(bench.transport, 'Deals', [
      { label: 'First Call', dataType: 'date' },
      { label: 'Stage', dataType: 'date' },
      { label: 'Subsidised', dataType: 'boolean' },
    ]);

    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'success' ? 'success' : outcome.code)),
      ['success', 'DUPLICATE_DATA', 'success'],
    );
  });

  it('are relabelled, grow and get other choices', async () => {
    const text = await created({ label: 'Ledger Id', dataType: 'text', length: 20 });
    const choice = await created({ label: 'Risk', dataType: 'picklist', picklistValues: [{ display: 'Low' }] });
    const low = choice.picklistValues[0]?.id ?? assert.fail('no id');

    const outcomes = await updateCustomFields(bench.transport, 'Deals', [
      { current: text, change: { label: 'Ledger Number', length: 40, unique: { caseSensitive: true } } },
      {
        current: choice,
        change: { picklistValues: { rename: [{ id: low, display: 'Tiny' }], add: [{ display: 'High' }] } },
      },
    ]);

    assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['success']), JSON.stringify(outcomes));
    const [changed, rechosen] = [await fieldOf(text.id), await fieldOf(choice.id)];
    assert.deepEqual(
      [changed.label, changed.apiName, changed.length, changed.unique],
      ['Ledger Number', 'Ledger_Id', 40, true],
    );
    assert.deepEqual(
      rechosen.picklistValues.map(({ actual, display }) => [actual, display]),
      [
        ['Low', 'Tiny'],
        ['High', 'High'],
      ],
    );
  });

  it('marked as external ids take the place of the id of a record', async () => {
    const field = await created({
      label: 'Key',
      dataType: 'text',
      length: 20,
      unique: { caseSensitive: true },
      externalId: 'org',
    });
    await insertRecords(bench.transport, 'Deals', [{ Deal_Name: 'By key', Stage: 'Qualification', Key: 'E-1' }]);

    const { accessToken, apiDomain } = bench.token;
    const answer = await fetch(`${apiDomain}/crm/v8/Deals/E-1?fields=Deal_Name`, {
      headers: { Authorization: `Zoho-oauthtoken ${accessToken}`, 'X-EXTERNAL': 'Deals.Key' },
    });

    assert.equal(field.externalId, 'org');
    assert.match(await answer.text(), /"Deal_Name":"By key"/);
  });
});

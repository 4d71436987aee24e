import assert from 'node:assert/strict';
import type { BulkOperationAnswer } from '../../src/api/bulk-operations/schemas';
import { ExactNumber, type ExactObject } from '../support/exact-json';
import { exportedRecords } from '../support/exported-records';
import { operationIs, resultsOf } from '../support/operations';
import type { Org } from '../support/org';
import { useEngineApi } from '../support/use-engine';

describe('values that look empty', function () {
  this.timeout(90_000);
  const api = useEngineApi();

  async function recordsOf(org: Org, module: string): Promise<Map<string, ExactObject>> {
    const records = new Map<string, ExactObject>();
    for await (const record of exportedRecords(org.simulator, module)) records.set(record['id'] as string, record);
    return records;
  }

  it('are written by a bulk write where they are values, and only null clears', async () => {
    const org = await api().engine.org({ contacts: 4, deals: 4 });
    const before = await recordsOf(org, 'Deals');
    const [deal = '', other = ''] = [...before.keys()];
    const [contact = ''] = [...(await recordsOf(org, 'Contacts')).keys()];
    const deals = [
      { id: deal, Amount: 0, Probability: 0 },
      { id: other, Amount: null },
    ];
    const operations = [
      { operation: 'update', module: 'Deals', records: deals },
      { operation: 'update', module: 'Contacts', records: [{ id: contact, Email_Opt_Out: false }] },
    ];

    const request = { connection: org.name, operations };
    const { operation } = await api().call<BulkOperationAnswer>('POST', '/bulk-writes', request);
    await operationIs(api(), 'bulk-writes', operation.id, 'completed');

    const after = await recordsOf(org, 'Deals');
    const numbers = ['Amount', 'Probability'].map((name) => after.get(deal)?.[name]);
    assert.deepEqual(
      numbers.map((value) => (value instanceof ExactNumber ? Number(value.digits) : value)),
      [0, 0],
    );
    assert.equal(after.get(other)?.['Amount'], null);
    assert.equal(after.get(other)?.['Deal_Name'], before.get(other)?.['Deal_Name']);
    assert.equal((await recordsOf(org, 'Contacts')).get(contact)?.['Email_Opt_Out'], false);
  });

  for (const empty of [[], null]) {
    it(`clear a multi-select by a mass update: ${JSON.stringify(empty)}`, async () => {
      const org = await api().engine.org({ deals: 40 });
      const choices = (deal: ExactObject | undefined) => (deal?.['Products_Interested'] as unknown[] | null) ?? [];
      const [id = ''] = [...(await recordsOf(org, 'Deals'))].find(([, deal]) => choices(deal).length > 0) ?? [];

      const body = { connection: org.name, ids: [id], values: { Products_Interested: empty }, overWrite: true };
      const { operation } = await api().call<BulkOperationAnswer>('POST', '/modules/Deals/mass-updates', body);
      await operationIs(api(), 'mass-updates', operation.id, 'completed');

      const [result] = await resultsOf(api(), 'mass-updates', operation.id);
      assert.equal(result?.status, 'updated');
      assert.deepEqual(choices((await recordsOf(org, 'Deals')).get(id)), []);
    });
  }
});

import assert from 'node:assert/strict';
import type { ApiCost } from '../../../src/zoho/metadata/api-catalog';
import { operationCosts } from '../../../src/zoho/metadata/operation-costs';

const cost = (method: string, path: string, scope: string, [min, max]: [number, number]): ApiCost => {
  return { method, path, scope, min, max };
};

describe('the costs of operations', () => {
  it('are the range of all modules that Zoho lists', () => {
    const costs = operationCosts([
      cost('GET', '/crm/v8/Leads', 'ZohoCRM.modules.Leads.READ', [1, 3]),
      cost('GET', '/crm/v8/Deals', 'ZohoCRM.modules.Deals.READ', [2, 2]),
    ]);

    assert.deepEqual(costs, [{ operation: 'list_records', minCredits: 1, maxCredits: 3 }]);
  });

  it('do not take a fixed word for a module', () => {
    const costs = operationCosts([
      cost('GET', '/crm/v8/org', 'ZohoCRM.org.READ', [1, 1]),
      cost('POST', '/crm/v8/coql', 'ZohoCRM.coql.READ', [1, 3]),
    ]);

    assert.deepEqual(
      costs.map(({ operation }) => operation),
      ['get_org', 'query_records'],
    );
  });

  it('leave out what is not listed', () => {
    assert.deepEqual(operationCosts([cost('GET', '/crm/v8/Leads/photo', 'ZohoCRM.modules.Leads.READ', [1, 1])]), []);
  });
});

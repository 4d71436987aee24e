import assert from 'node:assert/strict';
import { coqlCredits } from '../../../src/zoho/http/credit-costs';

describe('credits of a query', () => {
  const query = (limit: string) => `select id from Deals where Deal_Name != 'limit 2000' order by id asc ${limit}`;

  it('are 1 up to 200 rows, 2 up to 1,000 and 3 above', () => {
    assert.equal(coqlCredits(query('limit 200')), 1);
    assert.equal(coqlCredits(query('limit 201')), 2);
    assert.equal(coqlCredits(query('LIMIT 1000')), 2);
    assert.equal(coqlCredits(query('limit 1001')), 3);
  });

  it('go by the number of rows in both forms of an offset', () => {
    assert.equal(coqlCredits(query('limit 4000, 200')), 1);
    assert.equal(coqlCredits(query('limit 2000 offset 10')), 3);
  });

  it('are those of 200 rows without a limit', () => {
    assert.equal(coqlCredits(query('')), 1);
  });
});

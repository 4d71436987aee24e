import assert from 'node:assert/strict';
import { limitOf } from '../../../src/zoho/query/coql-query';

describe('limitOf', () => {
  const query = (limit: string) => `select id from Deals where Deal_Name != 'limit 2000' order by id asc ${limit}`;

  it('reads the number of rows in every form of the clause', () => {
    assert.deepEqual(
      ['limit 201', 'LIMIT 1000', 'limit 4000, 50', 'limit 2000 offset 10'].map(query).map(limitOf),
      [201, 1000, 50, 2000],
    );
  });

  it("is Zoho's default without the clause", () => {
    assert.equal(limitOf(query('')), 200);
  });
});

import assert from 'node:assert/strict';
import {
  coqlCredits,
  deleteCredits,
  hasBulkWrite,
  LIMITS,
  massUpdateCredits,
  writeCredits,
} from '../../src/domain/zoho-limits';

describe('credits', () => {
  it('of a query are 1 up to 200 rows, 2 up to 1,000 and 3 above', () => {
    assert.deepEqual([1, 200, 201, 1_000, 1_001, 2_000].map(coqlCredits), [1, 1, 2, 2, 3, 3]);
  });

  it('of writes grow with the records', () => {
    assert.deepEqual([1, 10, 11, 100].map(writeCredits), [1, 1, 2, 10]);
    assert.deepEqual([1, 100, 101, 500].map(deleteCredits), [1, 1, 2, 5]);
    assert.deepEqual([1, 100, 101, 500].map(massUpdateCredits), [1, 1, 2, 5]);
  });
});

describe('a mass update', () => {
  it('changes three fields of deals at a time, and one of any other module', () => {
    assert.deepEqual(['Deals', 'Leads', undefined].map(LIMITS.massUpdate.fields), [3, 1, 1]);
  });
});

describe('bulk write', () => {
  it('takes records of a module, and neither notes nor files nor meetings', () => {
    assert.deepEqual(['Deals', 'Notes', 'attachments', 'EVENTS', 'Calls'].map(hasBulkWrite), [
      true,
      ...[false, false, false, false],
    ]);
  });
});

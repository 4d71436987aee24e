import assert from 'node:assert/strict';
import { isEmptyValue } from '../../../src/domain/records/empty-value';

describe('isEmptyValue', () => {
  for (const value of [null, '', ' \t\n', [], [null, ''], [[' ']]]) {
    it(`is true for ${JSON.stringify(value)}`, () => assert.equal(isEmptyValue(value), true));
  }

  for (const value of ['x', ' x ', 0, false, ['', 'x'], {}, undefined]) {
    it(`is false for ${JSON.stringify(value)}`, () => assert.equal(isEmptyValue(value), false));
  }
});

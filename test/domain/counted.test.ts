import assert from 'node:assert/strict';
import { counted } from '../../src/domain/counted';

describe('a number in a sentence', () => {
  it('stands with what it counts, and with its verb', () => {
    const sentences = [0, 1, 2].flatMap((rows) => [counted(rows, 'row'), counted(rows, 'row differs', 'rows differ')]);

    assert.deepEqual(sentences, ['0 rows', '0 rows differ', '1 row', '1 row differs', '2 rows', '2 rows differ']);
  });
});

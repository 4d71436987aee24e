import assert from 'node:assert/strict';
import { formatPairs, formatTable } from '../../../src/cli/output/table';

describe('formatTable', () => {
  it('puts texts to the left and figures to the right', () => {
    const table = formatTable(
      ['module', 'rows', 'note'],
      [
        ['Deals', '20,000', 'ok'],
        ['Leads', '7', ''],
      ],
      [0, 2],
    );

    assert.equal(
      table,
      ['module    rows  note', '------  ------  ----', 'Deals   20,000  ok', 'Leads        7'].join('\n'),
    );
  });
});

describe('formatPairs', () => {
  it('aligns the values', () => {
    assert.equal(
      formatPairs([
        ['id', '7'],
        ['module', 'Deals'],
      ]),
      'id      7\nmodule  Deals',
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expectedRowsOfPage, exportPages, largestExport } from '../../../src/domain/runs/export-pages';

describe('pages of an export', () => {
  for (const [rows, pages] of [
    [0, 1],
    [200_000, 1],
    [200_001, 2],
    [450_000, 3],
  ] as const) {
    it(`are ${pages} for ${rows} rows`, () => {
      assert.equal(exportPages(rows), pages);
    });
  }

  it('have all rows together, and a page beyond the last has none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (rows) => {
        const pages = exportPages(rows);
        const sizes = Array.from({ length: pages }, (_, index) => expectedRowsOfPage(rows, index + 1));
        assert.equal(
          sizes.reduce((sum, size) => sum + size, 0),
          rows,
        );
        assert.equal(expectedRowsOfPage(rows, pages + 1), 0);
      }),
    );
  });
});

describe('the largest export', () => {
  const MEGABYTE = 1024 * 1024;

  it('has room for a few large rows, and a quarter of a megabyte for each of many', () => {
    assert.deepEqual([largestExport(0), largestExport(200_000)], [64 * MEGABYTE, 50_064 * MEGABYTE]);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { explainCounts, type CountTerms } from '../../../src/domain/mirror/explain-counts';

const QUIET: CountTerms = { zohoRows: 100, mirrorRows: 100, unmirroredRows: 0 };

function outcomeOf(counts: Partial<CountTerms>, known?: number): string {
  return explainCounts({ ...QUIET, ...counts }, known).outcome;
}

describe('counts of both sides', () => {
  it('have to be equal where nothing moves', () => {
    assert.deepEqual(explainCounts(QUIET), { difference: 0, outcome: 'agreed' });
    assert.deepEqual(explainCounts({ ...QUIET, mirrorRows: 99 }), { difference: 1, outcome: 'unexplained' });
    assert.deepEqual(explainCounts({ ...QUIET, mirrorRows: 101 }), { difference: -1, outcome: 'unexplained' });
  });

  it('may differ by what Zoho counts before and after, and by what came and went, and no more', () => {
    for (const [zohoRows, zohoRowsAfter] of [
      [100, 105],
      [105, 100],
    ] as const) {
      const busy = { zohoRows, zohoRowsAfter, movedRows: 3 };

      assert.equal(outcomeOf({ ...busy, mirrorRows: 97 }), 'agreed');
      assert.equal(outcomeOf({ ...busy, mirrorRows: 108 }), 'agreed');
      assert.equal(outcomeOf({ ...busy, mirrorRows: 96 }), 'unexplained');
      assert.equal(outcomeOf({ ...busy, mirrorRows: 109 }), 'unexplained');
    }
  });

  it('account for records that are in quarantine only, and for rows that wait to be removed', () => {
    assert.equal(outcomeOf({ mirrorRows: 95, unmirroredRows: 5 }), 'agreed');
    assert.equal(outcomeOf({ mirrorRows: 104, heldRows: 4 }), 'agreed');
    assert.equal(outcomeOf({ mirrorRows: 100, heldRows: 4 }), 'unexplained');
  });

  it('may differ as they did when it was looked into, and not otherwise', () => {
    assert.equal(outcomeOf({ mirrorRows: 97 }, 3), 'known');
    assert.equal(outcomeOf({ mirrorRows: 97 }, -3), 'unexplained');
    assert.equal(outcomeOf({ mirrorRows: 96 }, 3), 'unexplained');
    assert.equal(outcomeOf({ mirrorRows: 100 }, 3), 'agreed');
  });

  it('agree for whatever came and went between them, and show every greater loss', () => {
    const traffic = fc.record({ created: fc.nat(50), deleted: fc.nat(50) });
    fc.assert(
      fc.property(fc.nat(1_000), traffic, traffic, (rows, before, after) => {
        // The mirror has read all of `before` and nothing of `after`.
        const mirrorRows = rows + 50 + before.created - before.deleted;
        const zohoRows = mirrorRows + after.created - after.deleted;
        const movedRows = before.created + before.deleted + after.created + after.deleted;
        const counts = { zohoRows, zohoRowsAfter: zohoRows, mirrorRows, movedRows, unmirroredRows: 0 };
        const lost = 2 * movedRows + 1;

        return (
          explainCounts(counts).outcome === 'agreed' &&
          explainCounts({ ...counts, mirrorRows: mirrorRows - lost }).outcome === 'unexplained'
        );
      }),
    );
  });
});

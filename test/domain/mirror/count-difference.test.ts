import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CountTrail, type PassCount } from '../../../src/domain/mirror/count-difference';

interface Traffic {
  created: number;
  deleted: number;
}

const traffic = (most: number) => fc.record({ created: fc.nat(most), deleted: fc.nat(most) });

/**
 * Passes over a module in which rows come and go between the reading and the count of each pass, and before its reading.
 * @param lost rows that are in Zoho and never come to the mirror
 */
function passesOf(moments: readonly (readonly [before: Traffic, between: Traffic])[], lost = 0): PassCount[] {
  let after: Traffic = { created: 0, deleted: 0 };
  return moments.map(([before, between]) => {
    const found = { created: after.created + before.created, deleted: after.deleted + before.deleted };
    after = between;
    return { ...found, unmirrored: 0, difference: lost + between.created - between.deleted };
  });
}

function isExplained(passes: readonly PassCount[]): boolean {
  const trail = new CountTrail();
  return passes.map((pass) => trail.note(pass)).at(-1) ?? false;
}

describe('counts of both sides that differ', () => {
  it('are explained by what the passes around them moved, however much comes and goes', () => {
    const moments = fc.array(fc.tuple(traffic(50), traffic(50)), { minLength: 3, maxLength: 6 });

    fc.assert(fc.property(moments, (busy) => isExplained(passesOf(busy))));
  });

  it('are not explained where more is missing than came and went in any pass', () => {
    const moments = fc.array(fc.tuple(traffic(20), traffic(20)), { minLength: 3, maxLength: 6 });
    const lost = fc.integer({ min: 101, max: 500 }).chain((rows) => fc.constantFrom(rows, -rows));

    fc.assert(fc.property(moments, lost, (busy, rows) => !isExplained(passesOf(busy, rows))));
  });

  it('are not explained where nothing moves', () => {
    const quiet = Array.from({ length: 6 }, () => ({ created: 0, deleted: 0, unmirrored: 0, difference: 1 }));

    assert.equal(isExplained(quiet), false);
  });

  it('are explained by records that came to the quarantine only', () => {
    const passes = [0, 2, 5].map((unmirrored) => ({ created: 0, deleted: 0, unmirrored, difference: 2 }));

    assert.equal(isExplained(passes), true);
  });

  it('are not explained by what the first pass read, which is all since long ago', () => {
    const passes = [
      { created: 1_000, deleted: 0, unmirrored: 0, difference: -40 },
      { created: 0, deleted: 0, unmirrored: 0, difference: -40 },
      { created: 0, deleted: 0, unmirrored: 0, difference: -40 },
    ];

    assert.equal(isExplained(passes), false);
  });

  const QUIET: PassCount = { created: 0, deleted: 0, unmirrored: 0, difference: 0 };

  it('are explained by as many rows as the next pass moved, and no more', () => {
    for (const [difference, next] of [
      [5, { created: 5 }],
      [-5, { deleted: 5 }],
    ] as const) {
      const passes = (more: number) => [{ ...QUIET, difference: difference + more }, { ...QUIET, ...next }, QUIET];

      assert.equal(isExplained(passes(0)), true);
      assert.equal(isExplained(passes(Math.sign(difference))), false);
    }
  });

  it('are explained by as many rows as the pass itself moved, which the counter does not have yet, and no more', () => {
    for (const [difference, found] of [
      [5, { deleted: 5 }],
      [-5, { created: 5 }],
    ] as const) {
      const passes = (more: number) => [QUIET, { ...QUIET, ...found, difference: difference + more }, QUIET];

      assert.equal(isExplained(passes(0)), true);
      assert.equal(isExplained(passes(Math.sign(difference))), false);
    }
  });

  it('are not explained by records that were in the quarantine before', () => {
    assert.equal(isExplained(Array.from({ length: 4 }, () => ({ ...QUIET, unmirrored: 5, difference: 2 }))), false);
  });

  it('of the first pass are not explained by what it read, though those of the next ones agree', () => {
    assert.equal(isExplained([{ ...QUIET, created: 1_000, difference: -40 }, QUIET, QUIET]), false);
  });

  it('are explained once two in a row are, however many were before', () => {
    const trail = new CountTrail();
    const lost = { ...QUIET, difference: 9 };

    assert.deepEqual(
      [QUIET, lost, QUIET, QUIET, QUIET].map((pass) => trail.note(pass)),
      [false, false, false, false, true],
    );
  });

  it('are explained by records that left the quarantine for the mirror', () => {
    const passes = [{ ...QUIET, unmirrored: 3, difference: 3 }, { ...QUIET, created: 3 }, QUIET];

    assert.equal(isExplained(passes), true);
  });
});

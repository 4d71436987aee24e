import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MASS_DELETE_LEAST_ROWS, massDeleteNeedsApproval } from '../../../src/domain/mirror/mass-delete-guard';

describe('massDeleteNeedsApproval', () => {
  it('lets a few rows go, even if they are all there are', () => {
    const few = MASS_DELETE_LEAST_ROWS - 1;
    assert.deepEqual([massDeleteNeedsApproval(few, few), massDeleteNeedsApproval(few + 1, few + 1)], [false, true]);
  });

  it('stops a sweep of more than a tenth', () => {
    assert.deepEqual(
      [100, 101].map((candidates) => massDeleteNeedsApproval(candidates, 1_000)),
      [false, true],
    );
  });

  it('stops a sweep of everything', () => {
    assert.equal(massDeleteNeedsApproval(1_000_000, 1_000_000), true);
  });

  it('follows the share it is given', () => {
    assert.deepEqual(
      [50, 5, 0, 100].map((percent) => massDeleteNeedsApproval(300, 1_000, percent)),
      [false, true, true, false],
    );
  });

  it('never asks for fewer rows after it let more go', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.nat(100_000), fc.nat(100), (a, b, rows, percent) => {
        const [fewer, more] = [Math.min(a, b), Math.max(a, b)];

        assert.ok(massDeleteNeedsApproval(more, rows, percent) || !massDeleteNeedsApproval(fewer, rows, percent));
      }),
    );
  });
});

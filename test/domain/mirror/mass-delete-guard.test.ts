import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SWEEP_FREE_ROWS, sweepNeedsApproval } from '../../../src/domain/mirror/mass-delete-guard';

describe('sweepNeedsApproval', () => {
  it('lets a few rows go, even if they are all there are', () => {
    assert.equal(sweepNeedsApproval(SWEEP_FREE_ROWS, SWEEP_FREE_ROWS), false);
  });

  it('stops a sweep of more than a tenth', () => {
    assert.deepEqual(
      [100, 101].map((candidates) => sweepNeedsApproval(candidates, 1_000)),
      [false, true],
    );
  });

  it('stops a sweep of everything', () => {
    assert.equal(sweepNeedsApproval(1_000_000, 1_000_000), true);
  });

  it('follows the share it is given', () => {
    assert.deepEqual(
      [50, 5, 0, 100].map((percent) => sweepNeedsApproval(300, 1_000, percent)),
      [false, true, true, false],
    );
  });

  it('never asks for fewer rows after it let more go', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.nat(100_000), fc.nat(100), (a, b, rows, percent) => {
        const [fewer, more] = [Math.min(a, b), Math.max(a, b)];

        assert.ok(sweepNeedsApproval(more, rows, percent) || !sweepNeedsApproval(fewer, rows, percent));
      }),
    );
  });
});

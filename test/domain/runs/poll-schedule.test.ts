import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isJobOverdue, pollDelayMs } from '../../../src/domain/runs/poll-schedule';

/** Nobody has an idea when the job will end. */
const UNKNOWN = Infinity;

describe('pollDelayMs', () => {
  const attempt = fc.integer({ min: 1, max: 10_000 });
  const expected = fc.oneof(fc.integer({ min: -3_600_000, max: 3_600_000 }), fc.constant(UNKNOWN));

  it('asks soon at first', () => {
    assert.equal(pollDelayMs(1, UNKNOWN), 400);
  });

  it('never waits less than the time before, while nothing is known of the job', () => {
    fc.assert(
      fc.property(attempt, (number) => {
        assert.ok(pollDelayMs(number + 1, UNKNOWN) >= pollDelayMs(number, UNKNOWN));
      }),
    );
  });

  it('never waits longer than fifteen seconds, however long a job takes', () => {
    assert.deepEqual(
      [30, 1_000, 1_000_000].map((number) => pollDelayMs(number, UNKNOWN)),
      [15_000, 15_000, 15_000],
    );
  });

  it('does not sleep past the moment the job is expected to end', () => {
    assert.equal(pollDelayMs(20, 2_500), 2_500);
  });

  it('waits a moment where the job is expected to end at once', () => {
    assert.deepEqual([pollDelayMs(20, 50), pollDelayMs(20, 0)], [200, 400]);
  });

  it('asks often while the job is a little late, and no longer so when it is very late', () => {
    assert.deepEqual(
      [-1_000, -29_999, -30_000, -60_000].map((expectedMs) => pollDelayMs(20, expectedMs)),
      [400, 400, 15_000, 15_000],
    );
  });

  it('always waits some milliseconds, whole ones, and fifteen seconds at most', () => {
    fc.assert(
      fc.property(attempt, expected, (number, expectedMs) => {
        const delay = pollDelayMs(number, expectedMs);

        assert.ok(Number.isInteger(delay) && delay >= 200 && delay <= 15_000, `${delay} ms`);
      }),
    );
  });
});

describe('isJobOverdue', () => {
  it('is true once a job takes several times as long as expected, and never in the first seconds', () => {
    const SECOND = 1_000;
    assert.deepEqual([isJobOverdue(20 * SECOND, SECOND), isJobOverdue(21 * SECOND, SECOND)], [false, true]);
    assert.deepEqual([isJobOverdue(300 * SECOND, 60 * SECOND), isJobOverdue(301 * SECOND, 60 * SECOND)], [false, true]);
  });

  it('gives a job of which nothing is expected ten minutes', () => {
    assert.deepEqual([isJobOverdue(600_000), isJobOverdue(601_000)], [false, true]);
  });
});

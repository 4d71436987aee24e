import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  LATENCY_BOUNDS_MS,
  countLatency,
  latencyQuantile,
  noLatencies,
} from '../../../src/domain/credits/latency-histogram';

const histogram = (latencies: readonly number[]): number[] => {
  const buckets = noLatencies();
  for (const latency of latencies) countLatency(buckets, latency);
  return buckets;
};

describe('the latency histogram', () => {
  it('counts a latency on a bound below it, and what is above the last bound in the end', () => {
    assert.deepEqual(histogram([0, 25, 26, 30_000, 30_001]), [2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
  });

  it('knows no quantile without a call, and none above its last bound', () => {
    assert.deepEqual(
      [latencyQuantile(noLatencies(), 0.5), latencyQuantile(histogram([40_000]), 0.5)],
      [undefined, Infinity],
    );
  });

  it('has a bucket for each bound and one above, before the first call, too', () => {
    assert.equal(noLatencies().length, LATENCY_BOUNDS_MS.length + 1);
  });

  it('names the first bucket with a call for a share of nothing, and the last one for all', () => {
    assert.deepEqual(
      [0, 0.5, 1].map((share) => latencyQuantile(histogram([40, 600]), share)),
      [50, 50, 1_000],
    );
  });

  it('names the bound of the bucket that holds the quantile', () => {
    const latencies = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (some, share) => {
        const sorted = [...some].sort((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(share * some.length) - 1)]!;

        assert.equal(
          latencyQuantile(histogram(some), share),
          LATENCY_BOUNDS_MS.find((bound) => exact <= bound),
        );
      }),
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadConfig } from '../../src/config';
import { type Places, placesWithin } from '../../src/runtime/places';

const sumOf = ({ calls, scans, loads }: Places) => calls + scans + loads;
const places = fc.integer({ min: 1, max: 40 });

describe('places of a worker', () => {
  it('are as many as its database pool has connections, at most, and one of each kind at least', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), places, places, places, (pool, calls, scans, loads) => {
        const fitted = placesWithin(pool, { calls, scans, loads });

        assert.ok(sumOf(fitted) <= Math.max(pool, 3));
        assert.ok(Math.min(fitted.calls, fitted.scans, fitted.loads) >= 1);
        assert.ok(sumOf(fitted) === Math.min(calls + scans + loads, Math.max(pool, 3)), 'no place is given up in vain');
      }),
    );
  });

  it('are all there where nothing is configured', () => {
    const config = loadConfig({});
    const wanted = {
      calls: config.PULSE_API_CONCURRENCY,
      scans: config.PULSE_SCAN_CONCURRENCY,
      loads: config.PULSE_LOAD_CONCURRENCY,
    };

    assert.deepEqual(placesWithin(config.PULSE_DATABASE_POOL, wanted), wanted);
  });
});

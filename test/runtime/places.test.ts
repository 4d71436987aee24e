import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config';
import { connectionsFor, poolFor } from '../../src/runtime/places';

describe('the database pool of a worker', () => {
  const config = loadConfig({});
  const usual = {
    core: 8,
    calls: config.PULSE_API_CONCURRENCY,
    scans: config.PULSE_SCAN_CONCURRENCY,
    loads: config.PULSE_LOAD_CONCURRENCY,
  };

  it('follows from what it does at a time', () => {
    assert.equal(connectionsFor(usual), 24);
    assert.equal(connectionsFor({ core: 8, calls: 1, scans: 1, loads: 1 }), 10);
    assert.equal(poolFor(usual, config.PULSE_DATABASE_POOL), 24);
  });

  it('may be larger, and is refused when it is smaller, with what can be done', () => {
    assert.equal(poolFor(usual, 30), 30);
    assert.throws(
      () => poolFor(usual, 23),
      /PULSE_DATABASE_POOL is 23, and this worker needs 24 .* leave it empty, or lower/,
    );
  });
});

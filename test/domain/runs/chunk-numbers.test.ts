import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ChunkCounter,
  deleteBatchSequence,
  deleteSequence,
  exportChunk,
  chunkOfJob,
  exportJob,
  fullSyncChunks,
  incrementalSyncChunks,
  loadSequence,
  MAX_NUMBERED_PASSES,
  MAX_NUMBERED_ROUNDS,
  NumberRangeExceeded,
  type ChunkRange,
} from '../../../src/domain/runs/chunk-numbers';

const MAX_INT4 = 2 ** 31 - 1;
const round = fc.integer({ min: 1, max: MAX_NUMBERED_ROUNDS });
const exportPage = fc.integer({ min: 1, max: 9_999 });
const PASSES = Array.from({ length: MAX_NUMBERED_PASSES }, (_, index) => index + 1);

/** Ranges of a round, which reads either by list pages or by exports. */
function rangesOfRound(number: number, path: 'list' | 'bulk'): ChunkRange[] {
  const { listScan, wholeScan, exports, convertedLeads, catchUp, sweep } = fullSyncChunks(number);
  const read = path === 'list' ? [listScan.lowest, listScan.highest, wholeScan] : [exports];
  return [...read, convertedLeads, ...PASSES.map(catchUp), sweep];
}

function assertApart(ranges: readonly ChunkRange[]): void {
  const sorted = [...ranges].sort((one, other) => one.first - other.first);
  for (const [index, range] of sorted.entries()) {
    assert.ok(range.first >= 0 && range.first < range.end, `${range.first} to ${range.end}`);
    assert.ok(range.end <= (sorted[index + 1]?.first ?? MAX_INT4), `${range.end} reaches into the next range`);
  }
}

describe('chunk numbers', () => {
  it('of a full sync never overlap and fit an int4, with any method in each round', () => {
    const path = fc.constantFrom('list' as const, 'bulk' as const);
    const rounds = fc.uniqueArray(fc.tuple(round, path), { selector: ([number]) => number, maxLength: 20 });
    fc.assert(
      fc.property(rounds, (chosen) => assertApart(chosen.flatMap(([number, path]) => rangesOfRound(number, path)))),
    );
  });

  it('of an incremental sync never overlap', () => {
    const { catchUp, restored, retried, secondCatchUp } = incrementalSyncChunks;

    assertApart([...PASSES.map(catchUp), restored, retried, ...PASSES.map(secondCatchUp)]);
  });

  it('are those that earlier sessions have used', () => {
    const { listScan, convertedLeads, catchUp, sweep } = fullSyncChunks(2);
    const { catchUp: first, restored, secondCatchUp } = incrementalSyncChunks;
    const full = [listScan.lowest, listScan.highest, convertedLeads, catchUp(1), catchUp(6), sweep];
    const incremental = [first(1), restored, secondCatchUp(1)];

    assert.deepEqual(
      full.map((range) => range.first),
      [20_000_000, 20_050_000, 20_500_000, 21_000_000, 26_000_000, 29_000_000],
    );
    assert.deepEqual(
      incremental.map((range) => range.first),
      [1_000_000, 9_000_000, 11_000_000],
    );
    assert.deepEqual([exportChunk(2, 7), exportJob(2, 7)], [20_000_007, 20_007]);
    assert.equal(chunkOfJob(exportJob(2, 7), 7), exportChunk(2, 7));
  });

  it('of exports are one for each page and round', () => {
    const pages = fc.uniqueArray(fc.tuple(round, exportPage), { selector: String, maxLength: 50 });
    fc.assert(
      fc.property(pages, (chosen) => {
        for (const numberOf of [exportChunk, exportJob]) {
          const numbers = chosen.map(([number, page]) => numberOf(number, page));
          assert.equal(new Set(numbers).size, chosen.length);
        }
      }),
    );
  });

  for (const [what, ask] of [
    ['round 0', () => fullSyncChunks(0)],
    ['a round beyond the last', () => fullSyncChunks(MAX_NUMBERED_ROUNDS + 1)],
    ['a pass beyond the last', () => fullSyncChunks(1).catchUp(MAX_NUMBERED_PASSES + 1)],
    ['a pass of an incremental sync beyond the last', () => incrementalSyncChunks.catchUp(MAX_NUMBERED_PASSES + 1)],
    ['an exported page beyond the last', () => exportChunk(1, 10_000)],
    ['a job beyond the last', () => exportJob(1, 10_000)],
    ['a batch of deletes beyond the last', () => deleteBatchSequence(deleteSequence(1), 100_000)],
  ] as const) {
    it(`are refused for ${what}`, () => {
      assert.throws(ask, NumberRangeExceeded);
    });
  }

  it('say where they end when they are refused', () => {
    const refused = { name: 'NumberRangeExceeded' };

    assert.throws(() => fullSyncChunks(0), { ...refused, message: /for round 1 to 213, not for 0\.$/ });
    assert.throws(() => incrementalSyncChunks.catchUp(9), { ...refused, message: /for pass 1 to 8, not for 9\.$/ });
    assert.throws(() => exportChunk(1, 10_000), {
      ...refused,
      message: 'Chunk 10010000 lies outside of its range, 10000000 to 10009999.',
    });
  });
});

describe('a chunk counter', () => {
  it('starts with the first number of its range', () => {
    const chunks = new ChunkCounter({ first: 7, end: 9 }, undefined);

    assert.deepEqual([chunks.next(), chunks.next()], [7, 8]);
  });

  it('continues behind the last committed chunk', () => {
    const chunks = new ChunkCounter({ first: 7, end: 100 }, 41);

    assert.equal(chunks.next(), 42);
  });

  for (const [where, last] of [
    ['beyond', 8],
    ['before', 5],
  ] as const) {
    it(`refuses a number ${where} its range`, () => {
      const chunks = new ChunkCounter({ first: 7, end: 9 }, last);

      assert.throws(() => chunks.next(), NumberRangeExceeded);
    });
  }
});

describe('sequences of record statuses', () => {
  it('of loads count down from -1', () => {
    assert.deepEqual([loadSequence(0), loadSequence(1)], [-1, -2]);
  });

  it('of loads and deletes never meet, nor those of the updates of a workflow', () => {
    const chunk = fc.integer({ min: 0, max: MAX_INT4 });
    const step = fc.integer({ min: 1, max: 1_000 });
    const batch = fc.integer({ min: 0, max: 99_999 });
    fc.assert(
      fc.property(chunk, step, batch, (number, stepOfRun, batchOfStep) => {
        const deleted = deleteBatchSequence(deleteSequence(stepOfRun), batchOfStep);
        assert.ok(loadSequence(number) < 0);
        assert.ok(deleted > 1_000_000_000 && deleted < deleteSequence(stepOfRun + 1));
      }),
    );
  });
});

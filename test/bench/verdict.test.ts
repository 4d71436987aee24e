import assert from 'node:assert/strict';
import { fullSyncReach } from '../../bench/full-sync';
import { flatten, judge } from '../../bench/verdict';
import { verifyReach } from '../../bench/verify/measure';

describe('the verdict of a benchmark', () => {
  it('names nested figures by their path', () => {
    assert.deepEqual(flatten({ rows: 5, seconds: { load: 1.5 }, node: 'v20' }), {
      rows: 5,
      'seconds.load': 1.5,
      node: 'v20',
    });
  });

  it('holds a figure to the most that it may be, and one that is missing to nothing', () => {
    const { held } = judge({ load: 1.2, memory: 401 }, { load: 1.2, memory: 400, credits: 5 });

    assert.deepEqual(held, { load: true, memory: false, credits: false });
  });

  it('asks for nothing where a sync is too short for its ratios to say something', () => {
    const figures = (rows: number, path: string) => Object.keys(fullSyncReach({ rows, path }));

    assert.deepEqual([figures(3_000, 'bulk'), figures(3_000, 'list')], [[], []]);
    assert.deepEqual(figures(50_000, 'list'), ['ratios.load', 'workerPeakRssMb']);
    assert.ok(figures(1_000_000, 'bulk').includes('ratios.unchangedByValuesLoad'));
  });

  it('takes no false alarm of a comparison, however short it is', () => {
    const figures = { rows: 3_000, path: 'list', 'missed.values': 0, 'falseAlarms.quiet': 1 };

    const { held } = judge(figures, verifyReach(figures));

    assert.deepEqual([held['missed.values'], held['falseAlarms.quiet']], [true, false]);
  });
});

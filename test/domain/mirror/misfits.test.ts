import assert from 'node:assert/strict';
import { MISFIT_FREE_RECORDS, mostRecordsMisfit } from '../../../src/domain/mirror/misfits';

describe('mostRecordsMisfit', () => {
  it('bears half of a module, and no more', () => {
    assert.deepEqual([mostRecordsMisfit(225, 450), mostRecordsMisfit(226, 450)], [false, true]);
  });

  it('bears a few records of a tiny module, as long as some fit', () => {
    assert.deepEqual([mostRecordsMisfit(5, 6), mostRecordsMisfit(6, 6)], [false, true]);
    assert.deepEqual(
      [MISFIT_FREE_RECORDS, MISFIT_FREE_RECORDS + 1].map((misfits) => mostRecordsMisfit(misfits, misfits + 1)),
      [false, true],
    );
  });

  it('bears nothing but none of an empty module', () => {
    assert.deepEqual([mostRecordsMisfit(0, 0), mostRecordsMisfit(1, 0)], [false, true]);
  });
});

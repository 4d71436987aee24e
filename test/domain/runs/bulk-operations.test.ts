import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ITEM_STATUSES, progressOf, incompleteness, type ItemCounts } from '../../../src/domain/runs/bulk-operations';

const NONE = Object.fromEntries(ITEM_STATUSES.map((status) => [status, 0])) as unknown as ItemCounts;
const counts = fc.record(
  Object.fromEntries(ITEM_STATUSES.map((status) => [status, fc.nat(25_000)])),
) as unknown as fc.Arbitrary<ItemCounts>;

describe('the figures of a bulk operation', () => {
  it('leave out only what is pending or was never sent', () => {
    fc.assert(
      fc.property(counts, (each) => {
        const all = ITEM_STATUSES.reduce((sum, status) => sum + each[status], 0);
        const { processed, successful, failed } = progressOf(each);

        assert.equal(processed, all - each.pending - each.cancelled);
        assert.equal(processed, successful + failed);
      }),
    );
  });

  it('fall short only where a record may have another end than it has', () => {
    assert.equal(incompleteness({ ...NONE, added: 3, skipped: 2 }), undefined);
    assert.match(incompleteness({ ...NONE, unknown: 2 }) ?? '', /2 records may or may not have been written/);
    assert.match(incompleteness({ ...NONE, unprocessed: 1, failed: 4 }) ?? '', /4 records .* failed; .* 1 record:/);
  });
});

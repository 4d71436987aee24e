import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TwoEndedScan } from '../../../src/activities/pull/scan/two-ended-scan';
import { CopyPages, textPage, type CopyPage } from '../../../src/db/mirror/copy/copy-page';
import type { ScanEnd } from '../../../src/domain/runs/chunk-numbers';

function page(ids: readonly number[]): CopyPage {
  const lines = ids.map((id) => `${id}\tname\\nof ${id}\n`);
  return textPage(ids.length, Buffer.from(lines.join('')), true, ids.at(-1)?.toString() ?? null);
}

function idsOf(copy: Buffer): number[] {
  return copy
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => Number(line.split('\t')[0]));
}

describe('two scans towards each other', () => {
  it('keep of a page what the other scan has not read', () => {
    const scan = new TwoEndedScan();
    scan.keepUnread('highest', page([100, 99, 98]));

    const { copy, reached, isLast } = scan.keepUnread('lowest', page([96, 97, 98, 99]));

    assert.deepEqual(idsOf(copy), [96, 97]);
    assert.deepEqual([reached, isLast, scan.isComplete], ['97', true, true]);
  });

  it('keep rows in the format in which they came', () => {
    const body = { data: [96, 97, 98, 99].map((id) => ({ id: String(id) })) };
    const converted = new CopyPages([], 'binary').convert(Buffer.from(JSON.stringify(body)));
    const scan = new TwoEndedScan();
    scan.advance('highest', '98');

    const kept = scan.keepUnread('lowest', converted, true);

    assert.deepEqual([kept.format, kept.rows, kept.asText().toString()], ['binary', 2, '96\t\\N\n97\t\\N\n']);
  });

  it('compare ids as numbers', () => {
    const scan = new TwoEndedScan();
    scan.advance('highest', '1000');
    scan.advance('lowest', '999');

    assert.equal(scan.isComplete, false);
  });

  it('are over when one of them has failed', () => {
    const scan = new TwoEndedScan();

    scan.abort();

    assert.equal(scan.isComplete, true);
  });

  it('read every record exactly once, however their pages alternate', () => {
    const records = fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 200 });
    const perPages = fc.integer({ min: 1, max: 20 });
    const turnings = fc.infiniteStream(fc.boolean());
    fc.assert(
      fc.property(records, perPages, turnings, fc.boolean(), (ids, perPage, steps, inOrder) => {
        const ascending = [...ids].sort((a, b) => a - b);
        const scan = new TwoEndedScan();
        const left: Record<ScanEnd, number[]> = { lowest: [...ascending], highest: [...ascending].reverse() };
        const read: number[] = [];
        while (!scan.isComplete && left.lowest.length > 0 && left.highest.length > 0) {
          const end = steps.next().value ? 'lowest' : 'highest';
          read.push(...idsOf(scan.keepUnread(end, page(left[end].splice(0, perPage)), inOrder).copy));
        }

        assert.deepEqual(
          read.sort((a, b) => a - b),
          ascending,
        );
      }),
    );
  });
});

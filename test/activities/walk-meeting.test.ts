import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WalkMeeting, type WalkEnd } from '../../src/activities/walk-meeting';

function page(ids: readonly number[]): { rows: number; copy: Buffer } {
  return { rows: ids.length, copy: Buffer.from(ids.map((id) => `${id}\tname\\nof ${id}\n`).join('')) };
}

function idsOf(copy: Buffer): number[] {
  return copy
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => Number(line.split('\t')[0]));
}

describe('two walks towards each other', () => {
  it('keep of a page what the other walk has not read', () => {
    const meeting = new WalkMeeting();
    meeting.admit('highest', page([100, 99, 98]));

    const { copy, reached, isLast } = meeting.admit('lowest', page([96, 97, 98, 99]));

    assert.deepEqual(idsOf(copy), [96, 97]);
    assert.deepEqual([reached, isLast, meeting.isOver], ['97', true, true]);
  });

  it('compare ids as numbers', () => {
    const meeting = new WalkMeeting();
    meeting.reach('highest', '1000');
    meeting.reach('lowest', '999');

    assert.equal(meeting.isOver, false);
  });

  it('are over when one of them has failed', () => {
    const meeting = new WalkMeeting();

    meeting.abandon();

    assert.equal(meeting.isOver, true);
  });

  it('read every record exactly once, however their pages alternate', () => {
    const records = fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 200 });
    const perPages = fc.integer({ min: 1, max: 20 });
    const turnings = fc.infiniteStream(fc.boolean());
    fc.assert(
      fc.property(records, perPages, turnings, fc.boolean(), (ids, perPage, turns, inOrder) => {
        const ascending = [...ids].sort((a, b) => a - b);
        const meeting = new WalkMeeting();
        const left: Record<WalkEnd, number[]> = { lowest: [...ascending], highest: [...ascending].reverse() };
        const read: number[] = [];
        while (!meeting.isOver && left.lowest.length > 0 && left.highest.length > 0) {
          const end = turns.next().value ? 'lowest' : 'highest';
          read.push(...idsOf(meeting.admit(end, page(left[end].splice(0, perPage)), inOrder).copy));
        }

        assert.deepEqual(
          read.sort((a, b) => a - b),
          ascending,
        );
      }),
    );
  });
});

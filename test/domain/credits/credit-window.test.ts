import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  creditsLeft,
  CREDIT_DAY_MS,
  RESERVED_SHARES,
  maySpend,
  MINUTE_MS,
  type SpentMinute,
  usableCredits,
  waitForCredits,
} from '../../../src/domain/credits/credit-window';
import { CALL_PRIORITIES, type CallPriority } from '../../../src/domain/credits/priorities';

const NOTHING = [0, 0, 0, 0, 0, 0, 0];
const priority = fc.constantFrom(...CALL_PRIORITIES);
const call = fc.record({ priority, credits: fc.integer({ min: 0, max: 500 }) });

/** Credits spent when calls come in this order and each is made only if it may be. */
function spendAll(usable: number, calls: readonly { priority: CallPriority; credits: number }[]): number[] {
  return calls.reduce((spent, { priority, credits }) => {
    const index = CALL_PRIORITIES.indexOf(priority);
    return maySpend({ usable, spent }, priority, credits)
      ? spent.map((each, place) => each + (place === index ? credits : 0))
      : spent;
  }, NOTHING);
}

const total = (spent: readonly number[]): number => spent.reduce((sum, each) => sum + each, 0);

describe('credits of the rolling day', () => {
  it('keep the buffer free, rounded in its favour', () => {
    assert.equal(usableCredits(1_005, 10), 904);
    assert.equal(usableCredits(null, 10), null);
  });

  it('are never overspent by calls of any priority', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.array(call, { maxLength: 200 }), (usable, calls) => {
        assert.ok(total(spendAll(usable, calls)) <= usable);
      }),
    );
  });

  it('leave every priority its reserved share after any spending of the others', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 20_000 }),
        fc.array(call, { maxLength: 200 }),
        priority,
        (usable, calls, mine) => {
          const others = calls.filter((each) => each.priority !== mine);
          const spent = spendAll(usable, others);

          assert.ok(maySpend({ usable, spent }, mine, Math.floor(RESERVED_SHARES[mine] * usable)));
        },
      ),
    );
  });

  it('may go to one priority as far as the others have their shares left', () => {
    const mayBe = (spent: readonly number[], credits: number): boolean =>
      maySpend({ usable: 1_000, spent }, 'full', credits);

    assert.deepEqual([mayBe(NOTHING, 780), mayBe(NOTHING, 781)], [true, false]);
    // An interactive call has used a part of its own share, then more than all of it.
    assert.deepEqual([mayBe([60, 0, 0, 0, 0, 0, 0], 780), mayBe([60, 0, 0, 0, 0, 0, 0], 781)], [true, false]);
    assert.deepEqual([mayBe([160, 0, 0, 0, 0, 0, 0], 720), mayBe([160, 0, 0, 0, 0, 0, 0], 721)], [true, false]);
  });

  it('can be spent to the last one out of a share', () => {
    const spent = [0, 0, 0, 0, 0, 0, 980];

    assert.equal(maySpend({ usable: 1_000, spent }, 'full', 20), true);
    assert.equal(maySpend({ usable: 1_000, spent }, 'full', 21), false);
  });

  it('are gone, whatever a share was, once others have spent more than Zoho told of', () => {
    assert.equal(maySpend({ usable: 1_000, spent: [0, 0, 0, 0, 0, 0, 981] }, 'full', 20), false);
  });

  it('have no end where Zoho sets no limit', () => {
    assert.ok(maySpend({ usable: null, spent: NOTHING.map(() => 1e9) }, 'verify', 1e9));
  });
});

describe('the prediction when credits free up', () => {
  const minute = (startedAt: number, credits: number): SpentMinute => ({
    startedAt,
    spent: [0, 0, 0, 0, credits, 0, 0],
  });
  const windowOf = (usable: number, minutes: readonly SpentMinute[]) => ({
    usable,
    spent: minutes.reduce((sum, { spent }) => sum.map((each, place) => each + (spent[place] ?? 0)), NOTHING),
  });

  it('names the end of the minute whose credits make room, a day later', () => {
    const minutes = [minute(0, 300), minute(10 * MINUTE_MS, 500), minute(20 * MINUTE_MS, 0)];

    const wait = waitForCredits(windowOf(1_000, minutes), minutes, { priority: 'full', credits: 100 }, 25 * MINUTE_MS);

    assert.equal(wait, MINUTE_MS + CREDIT_DAY_MS - 25 * MINUTE_MS);
  });

  it('is at once where the minute has returned already, though nobody has noticed', () => {
    const minutes = [minute(0, 950)];

    const wait = waitForCredits(
      windowOf(1_000, minutes),
      minutes,
      { priority: 'full', credits: 100 },
      2 * CREDIT_DAY_MS,
    );

    assert.equal(wait, 0);
  });

  it('is undefined for a call that costs more than the day has', () => {
    const minutes = [minute(0, 90)];

    assert.equal(waitForCredits(windowOf(100, minutes), minutes, { priority: 'full', credits: 500 }, 1), undefined);
  });

  it('is right: at that moment the call may be made, and no minute earlier', () => {
    const spentMinutes = fc
      .array(fc.tuple(fc.integer({ min: 0, max: 1_400 }), priority, fc.integer({ min: 1, max: 300 })), {
        maxLength: 40,
      })
      .map((spendings) =>
        spendings
          .sort(([a], [b]) => a - b)
          .map(([at, who, credits]) => ({
            startedAt: at * MINUTE_MS,
            spent: NOTHING.map((_, place) => (place === CALL_PRIORITIES.indexOf(who) ? credits : 0)),
          })),
      );
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 4_000 }), spentMinutes, call, (usable, minutes, asked) => {
        const now = CREDIT_DAY_MS;
        const window = windowOf(usable, minutes);
        const at = (moment: number) =>
          windowOf(
            usable,
            minutes.filter(({ startedAt }) => startedAt + MINUTE_MS + CREDIT_DAY_MS > moment),
          );

        const wait = waitForCredits(window, minutes, asked, now);

        if (wait === undefined) return assert.ok(!maySpend(windowOf(usable, []), asked.priority, asked.credits));
        assert.ok(maySpend(wait === 0 ? window : at(now + wait), asked.priority, asked.credits));
        if (wait > 0) assert.ok(!maySpend(at(now + wait - 1), asked.priority, asked.credits));
      }),
    );
  });
});

describe('the credits that are left', () => {
  it('are those of the day without the buffer that nobody has spent, and none when more was spent', () => {
    const lefts = [[], [10, 20], [90, 20]].map((spent) => creditsLeft({ usable: 100, spent }));

    assert.deepEqual(lefts, [100, 70, 0]);
    assert.equal(creditsLeft({ usable: null, spent: [5] }), undefined);
  });
});

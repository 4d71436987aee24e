import assert from 'node:assert/strict';
import fc from 'fast-check';
import { choosePlan, priceOf, spendableCredits, type Allowance, type Way } from '../../../src/domain/planning/plan';

const way = (name: string, credits: number, seconds: number, obstacles: string[] = []): Way => ({
  name,
  steps: [{ operation: 'call', calls: credits, credits }],
  seconds,
  obstacles,
});

describe('choosePlan', () => {
  it('takes the cheapest, credits and waiting together', () => {
    const plan = choosePlan([way('slow', 10, 100), way('quick', 200, 1)], {});

    assert.deepEqual([plan.name, plan.credits, plan.adequate], ['quick', 200, true]);
    assert.equal(plan.turnedDown[0]?.reason, 'Dearer: about 99 s longer.');
  });

  it('takes the one with fewer credits where waiting costs nothing', () => {
    assert.equal(choosePlan([way('slow', 10, 100), way('quick', 200, 1)], { creditsPerSecond: 0 }).name, 'slow');
  });

  it('turns down what cannot do all of the work, and says why', () => {
    const plan = choosePlan([way('cheap', 1, 1, ['it forgets half']), way('dear', 500, 1)], {});

    assert.deepEqual([plan.name, plan.reason], ['dear', 'The only adequate way.']);
    assert.equal(plan.turnedDown[0]?.reason, 'Not adequate: it forgets half.');
  });

  it('keeps the buffer', () => {
    const ways = [way('dear', 95, 1), way('slow', 80, 60)] as const;

    assert.deepEqual(
      [{ creditsLeft: 100 }, { creditsLeft: 100, creditsKept: 10 }].map(
        (allowance) => choosePlan(ways, allowance).name,
      ),
      ['dear', 'slow'],
    );
  });

  it('says what the best lacks where none is adequate: completeness before credits before time', () => {
    const plan = choosePlan([way('partial', 1, 1, ['it forgets half']), way('dear', 500, 100)], {
      creditsLeft: 20,
      withinSeconds: 5,
    });

    assert.deepEqual([plan.name, plan.adequate], ['dear', false]);
    assert.deepEqual(plan.shortcomings, [
      'it costs 500 credits and 20 may be spent',
      'it takes about 100 s and 5 s are allowed',
    ]);
  });

  const anyWay = fc
    .tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(1_000), fc.nat(1_000), fc.boolean())
    .map(([name, credits, seconds, whole]) => way(name, credits, seconds, whole ? [] : ['it is not whole']));
  const ways = fc.array(anyWay, { minLength: 1, maxLength: 5 }).map((some) => some as [Way, ...Way[]]);
  const allowances: fc.Arbitrary<Allowance> = fc.record({
    creditsLeft: fc.option(fc.nat(1_000), { nil: undefined }),
    creditsKept: fc.option(fc.nat(200), { nil: undefined }),
    withinSeconds: fc.option(fc.nat(1_000), { nil: undefined }),
    creditsPerSecond: fc.option(fc.nat(20), { nil: undefined }),
  });
  const isAdequate = (one: Way, allowance: Allowance): boolean =>
    one.obstacles.length === 0 &&
    one.steps[0]!.credits <= spendableCredits(allowance) &&
    one.seconds <= (allowance.withinSeconds ?? Infinity);

  it('is adequate exactly if a way is, and then none that is adequate is cheaper', () => {
    fc.assert(
      fc.property(ways, allowances, (some, allowance) => {
        const plan = choosePlan(some, allowance);
        const adequate = some.filter((one) => isAdequate(one, allowance));

        assert.equal(plan.adequate, adequate.length > 0);
        assert.equal(plan.shortcomings.length === 0, plan.adequate);
        for (const one of adequate) {
          const price = priceOf({ credits: one.steps[0]!.credits, seconds: one.seconds }, allowance);
          assert.ok(priceOf(plan, allowance) <= price);
        }
      }),
    );
  });

  it('weighs every way once', () => {
    fc.assert(
      fc.property(ways, allowances, (some, allowance) => {
        const plan = choosePlan(some, allowance);

        assert.deepEqual(
          [plan, ...plan.turnedDown].map(({ name }) => name).sort(),
          some.map(({ name }) => name).sort(),
        );
      }),
    );
  });

  it('never gets worse when more credits are left', () => {
    fc.assert(
      fc.property(ways, allowances, fc.nat(1_000), fc.nat(1_000), (some, allowance, left, more) => {
        const poor = choosePlan(some, { ...allowance, creditsLeft: left });
        const rich = choosePlan(some, { ...allowance, creditsLeft: left + more });

        if (!poor.adequate) return;
        assert.ok(rich.adequate);
        assert.ok(priceOf(rich, allowance) <= priceOf(poor, allowance));
      }),
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { choosePlan, priceOf, spendableCredits, type Allowance, type Method } from '../../../src/domain/planning/plan';

const method = (name: string, credits: number, seconds: number, constraints: string[] = []): Method => ({
  name,
  steps: [{ operation: 'call', calls: credits, credits }],
  seconds,
  constraints,
});

describe('choosePlan', () => {
  it('takes the cheapest, credits and waiting together', () => {
    const plan = choosePlan([method('slow', 10, 100), method('quick', 200, 1)], {});

    assert.deepEqual([plan.name, plan.credits, plan.adequate], ['quick', 200, true]);
    assert.equal(plan.rejected[0]?.reason, 'Costlier: about 99 s longer.');
  });

  it('takes the one with fewer credits where waiting costs nothing', () => {
    assert.equal(choosePlan([method('slow', 10, 100), method('quick', 200, 1)], { creditsPerSecond: 0 }).name, 'slow');
  });

  it('turns down what cannot do all of the work, and says why', () => {
    const plan = choosePlan([method('cheap', 1, 1, ['it forgets half']), method('costly', 500, 1)], {});

    assert.deepEqual([plan.name, plan.reason], ['costly', 'The only adequate method.']);
    assert.equal(plan.rejected[0]?.reason, 'Not adequate: it forgets half.');
  });

  it('keeps the buffer', () => {
    const methods = [method('costly', 95, 1), method('slow', 80, 60)] as const;

    assert.deepEqual(
      [{ creditsLeft: 100 }, { creditsLeft: 100, creditsKept: 10 }].map(
        (allowance) => choosePlan(methods, allowance).name,
      ),
      ['costly', 'slow'],
    );
  });

  it('says what the best lacks where none is adequate: completeness before credits before time', () => {
    const plan = choosePlan([method('partial', 1, 1, ['it forgets half']), method('costly', 500, 100)], {
      creditsLeft: 20,
      withinSeconds: 5,
    });

    assert.deepEqual([plan.name, plan.adequate], ['costly', false]);
    assert.deepEqual(plan.violations, [
      'it costs 500 credits and 20 may be spent',
      'it takes about 100 s and 5 s are allowed',
    ]);
  });

  const anyMethod = fc
    .tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(1_000), fc.nat(1_000), fc.boolean())
    .map(([name, credits, seconds, whole]) => method(name, credits, seconds, whole ? [] : ['it is not whole']));
  const methods = fc.array(anyMethod, { minLength: 1, maxLength: 5 }).map((some) => some as [Method, ...Method[]]);
  const allowances: fc.Arbitrary<Allowance> = fc.record({
    creditsLeft: fc.option(fc.nat(1_000), { nil: undefined }),
    creditsKept: fc.option(fc.nat(200), { nil: undefined }),
    withinSeconds: fc.option(fc.nat(1_000), { nil: undefined }),
    creditsPerSecond: fc.option(fc.nat(20), { nil: undefined }),
  });
  const isAdequate = (one: Method, allowance: Allowance): boolean =>
    one.constraints.length === 0 &&
    one.steps[0]!.credits <= spendableCredits(allowance) &&
    one.seconds <= (allowance.withinSeconds ?? Infinity);

  it('is adequate exactly if a method is, and then none that is adequate is cheaper', () => {
    fc.assert(
      fc.property(methods, allowances, (some, allowance) => {
        const plan = choosePlan(some, allowance);
        const adequate = some.filter((one) => isAdequate(one, allowance));

        assert.equal(plan.adequate, adequate.length > 0);
        assert.equal(plan.violations.length === 0, plan.adequate);
        for (const one of adequate) {
          const price = priceOf({ credits: one.steps[0]!.credits, seconds: one.seconds }, allowance);
          assert.ok(priceOf(plan, allowance) <= price);
        }
      }),
    );
  });

  it('weighs every method once', () => {
    fc.assert(
      fc.property(methods, allowances, (some, allowance) => {
        const plan = choosePlan(some, allowance);

        assert.deepEqual([plan, ...plan.rejected].map(({ name }) => name).sort(), some.map(({ name }) => name).sort());
      }),
    );
  });

  it('never gets worse when more credits are left', () => {
    fc.assert(
      fc.property(methods, allowances, fc.nat(1_000), fc.nat(1_000), (some, allowance, left, more) => {
        const poor = choosePlan(some, { ...allowance, creditsLeft: left });
        const rich = choosePlan(some, { ...allowance, creditsLeft: left + more });

        if (!poor.adequate) return;
        assert.ok(rich.adequate);
        assert.ok(priceOf(rich, allowance) <= priceOf(poor, allowance));
      }),
    );
  });
});

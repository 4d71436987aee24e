import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  callSeconds,
  choosePlan,
  priceOf,
  spendableCredits,
  type Allowance,
  type Method,
} from '../../../src/domain/planning/plan';

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
    assert.equal(
      plan.reason,
      'No method is adequate; this one comes nearest, but it costs 500 credits and 20 may be spent, and it takes about 100 s and 5 s are allowed.',
    );
    assert.deepEqual([plan.complete, plan.rejected[0]?.complete], [true, false]);
  });

  it('breaks the time rather than the credits where it must break one', () => {
    const plan = choosePlan([method('costly', 500, 1), method('slow', 10, 100)], { creditsLeft: 20, withinSeconds: 5 });

    assert.equal(plan.name, 'slow');
  });

  it('may spend all of the credits and all of the time', () => {
    const allowance = { creditsLeft: 20, withinSeconds: 5 };

    assert.equal(choosePlan([method('exact', 20, 5)], allowance).adequate, true);
    assert.equal(choosePlan([method('longer', 20, 5.1)], allowance).adequate, false);
    assert.equal(choosePlan([method('costlier', 21, 5)], allowance).adequate, false);
  });

  it('has nothing to spend where more is kept than is left', () => {
    assert.deepEqual(choosePlan([method('any', 1, 0)], { creditsLeft: 10, creditsKept: 30 }).violations, [
      'it costs 1 credits and 0 may be spent',
    ]);
  });

  it('takes the first of equally good methods: a second of waiting is worth five credits', () => {
    const plan = choosePlan([method('calls', 10, 0), method('waits', 0, 2)], {});

    assert.deepEqual(
      [plan.name, plan.reason],
      ['calls', 'The cheapest adequate method, counting credits and waiting.'],
    );
    assert.deepEqual(plan.rejected[0], {
      ...{ name: 'waits', calls: 0, credits: 0, seconds: 2, complete: true, adequate: true },
      reason: 'As good as the chosen one.',
    });
  });

  it('is not the only adequate one where another is adequate, too, whatever a third one is', () => {
    const plan = choosePlan([method('best', 1, 1), method('next', 2, 1), method('no', 1, 1, ['it forgets half'])], {});

    assert.equal(plan.reason, 'The cheapest adequate method, counting credits and waiting.');
  });

  it('says by how much the others are costlier, with a decimal where that matters', () => {
    const reasons = choosePlan(
      [method('best', 10, 10), method('both', 13, 11.5), method('more', 13, 10), method('longer', 10, 21.4)],
      {},
    ).rejected.map(({ name, reason }) => `${name}: ${reason}`);

    assert.deepEqual(reasons, [
      'more: Costlier: 3 credits more.',
      'both: Costlier: 3 credits more and about 1.5 s longer.',
      'longer: Costlier: about 11 s longer.',
    ]);
  });

  it('names every lack of a rejected method', () => {
    const { rejected } = choosePlan([method('best', 1, 1), method('worst', 50, 100, ['it forgets half'])], {
      creditsLeft: 20,
      withinSeconds: 9.5,
    });

    assert.equal(
      rejected[0]?.reason,
      'Not adequate: it forgets half, and it costs 50 credits and 20 may be spent, and it takes about 100 s and 9.5 s are allowed.',
    );
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

describe('the seconds of calls', () => {
  it('are those of one after the other', () => {
    assert.equal(callSeconds(30, 200), 6);
  });
});

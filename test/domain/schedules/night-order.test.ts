import assert from 'node:assert/strict';
import fc from 'fast-check';
import { orderModules, type ModuleToOrder } from '../../../src/domain/schedules/night-order';
import { nightWorkOf } from '../../../src/domain/schedules/night-work';

const module = (key: string, parents: string[] = [], rows = 0): ModuleToOrder => ({ key, rows, parents });

describe('the order of a night', () => {
  it('has modules after those that they point to', () => {
    const ordered = orderModules([
      module('Deals', ['Contacts', 'Accounts']),
      module('Contacts', ['Accounts']),
      module('Accounts', ['Accounts', 'Campaigns']),
    ]);

    assert.deepEqual(ordered, [
      { key: 'Accounts', after: [] },
      { key: 'Contacts', after: ['Accounts'] },
      { key: 'Deals', after: ['Contacts', 'Accounts'] },
    ]);
  });

  it('cuts a cycle at the module with more rows', () => {
    const ordered = orderModules([
      module('Tasks', ['Contacts'], 9_999),
      module('Contacts', ['Accounts'], 10),
      module('Accounts', ['Contacts'], 500),
    ]);

    assert.deepEqual(ordered, [
      { key: 'Accounts', after: [] },
      { key: 'Contacts', after: ['Accounts'] },
      { key: 'Tasks', after: ['Contacts'] },
    ]);
  });

  it('names each module once, and lets none wait for a later one', () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    const anyModule = (key: string) =>
      fc.record({ key: fc.constant(key), rows: fc.nat(9), parents: fc.subarray([...keys, 'unknown']) });
    fc.assert(
      fc.property(fc.tuple(...keys.map(anyModule)), (modules) => {
        const ordered = orderModules(modules);

        assert.deepEqual(ordered.map(({ key }) => key).sort(), keys);
        const done = new Set<string>();
        for (const { key, after } of ordered) {
          assert.ok(after.every((each) => done.has(each)));
          done.add(key);
        }
      }),
    );
  });
});

describe('the work of a night', () => {
  const now = new Date('2027-01-15T02:00:00Z');
  const workOf = (
    settings: Omit<Parameters<typeof nightWorkOf>[0], 'lookBackHours'>,
    comparedAt: Date | null,
    at: Date,
  ) => nightWorkOf({ ...settings, lookBackHours: 26 }, comparedAt, at);
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

  it('compares every value when that is due, whatever it does otherwise', () => {
    const values = { sync: 'full', compare: 'values' };

    assert.deepEqual(workOf({ nightly: 'compare', verifyEvery: 'weekly' }, null, now), values);
    assert.deepEqual(workOf({ nightly: 'none', verifyEvery: 'weekly' }, daysAgo(6.9), now), values);
    assert.deepEqual(workOf({ nightly: 'incremental', verifyEvery: 'nightly' }, daysAgo(0.9), now), values);
    assert.deepEqual(workOf({ nightly: 'none', verifyEvery: 'monthly' }, daysAgo(31), now), values);
  });

  it('is the usual one on other nights', () => {
    const times = { sync: 'full', compare: 'times' };

    assert.deepEqual(workOf({ nightly: 'compare', verifyEvery: 'weekly' }, daysAgo(1), now), times);
    assert.deepEqual(workOf({ nightly: 'compare', verifyEvery: 'never' }, null, now), times);
    assert.deepEqual(workOf({ nightly: 'incremental', verifyEvery: 'monthly' }, daysAgo(20), now), {
      sync: 'incremental',
      lookBackHours: 26,
    });
    assert.equal(workOf({ nightly: 'none', verifyEvery: 'never' }, null, now), null);
  });
});

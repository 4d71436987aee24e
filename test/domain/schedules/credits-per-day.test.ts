import assert from 'node:assert/strict';
import type { ConfigurationSettings } from '../../../src/domain/configurations/configuration';
import { creditsPerDay } from '../../../src/domain/schedules/credits-per-day';
import { someSettings } from '../configurations/some-settings';

const CREDITS = { incremental: 2, full: 300 };
const of = (
  settings: Partial<ConfigurationSettings>,
  credits: { incremental: number; full: number | null } = CREDITS,
) => creditsPerDay(someSettings({ verifyEvery: 'never', ...settings }), credits);

describe('credits a day', () => {
  it('are those of every interval and of the night', () => {
    assert.deepEqual(of({ syncFrequencyMinutes: 15, nightly: 'compare' }), {
      incremental: 192,
      nightly: 300,
      total: 492,
    });
    assert.equal(of({ nightly: 'incremental' }).nightly, 2);
    assert.equal(of({ nightly: 'none' }).nightly, 0);
  });

  it('count a night that compares every value once', () => {
    assert.equal(of({ nightly: 'compare', verifyEvery: 'weekly' }).nightly, 300);
    assert.equal(of({ nightly: 'none', verifyEvery: 'nightly' }).nightly, 300);
    assert.equal(of({ nightly: 'none', verifyEvery: 'monthly' }).nightly, 10);
  });

  it('are none of a configuration that is off', () => {
    assert.equal(of({ isActive: false }).total, 0);
  });

  it('say that nobody knows what a comparison takes before the first', () => {
    assert.deepEqual(of({ syncFrequencyMinutes: 60 }, { incremental: 2, full: null }), {
      incremental: 48,
      nightly: null,
      total: 48,
    });
  });
});

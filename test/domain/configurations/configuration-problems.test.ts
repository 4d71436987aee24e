import assert from 'node:assert/strict';
import { usualFrequency } from '../../../src/domain/configurations/configuration';
import {
  configurationProblems,
  configurationWarnings,
} from '../../../src/domain/configurations/configuration-problems';
import { someSettings } from './some-settings';

const FIELDS = ['Deal_Name', 'Stage', 'Amount'];
const QUIET = { creditsPerDay: 100, dailyCredits: 50_000, wasSyncedInFull: true, skippedNight: null };

describe('a configuration', () => {
  it('names only fields that the module has', () => {
    const settings = someSettings({
      requiredFields: ['Stage', 'Stagee'],
      readonlyFields: ['Amount'],
      fieldSpecificResolutions: { Amnt: 'local_wins' },
    });

    const problems = configurationProblems(settings, 'Deals', FIELDS);

    assert.deepEqual(
      problems.map(({ path }) => path.join('/')),
      ['requiredFields/1', 'fieldSpecificResolutions/Amnt'],
    );
    assert.match(problems[0]?.detail ?? '', /Deals has no field Stagee; the nearest are Stage,/);
  });

  it('may name any field while nobody knows those of the module', () => {
    assert.deepEqual(configurationProblems(someSettings({ requiredFields: ['Stagee'] }), 'Deals', []), []);
  });

  it('that is usual needs no warning', () => {
    assert.deepEqual(configurationWarnings(someSettings(), QUIET), []);
  });

  it('warns of what nobody would notice, and of what it costs', () => {
    const settings = someSettings({ isActive: false, nightly: 'incremental', verifyEvery: 'never' });

    const warnings = configurationWarnings(settings, {
      creditsPerDay: 2_000,
      dailyCredits: 5_000,
      wasSyncedInFull: false,
      skippedNight: '2027-03-28',
    });

    for (const words of [
      /not active/,
      /ever compares/,
      /never synced in full/,
      /2000 credits a day, 40 %/,
      /2027-03-28/,
    ]) {
      assert.ok(warnings.some((warning) => words.test(warning)));
    }
    assert.equal(warnings.length, 5);
  });

  it('syncs less often where there are few credits', () => {
    assert.deepEqual(['Free', 'Enterprise', null].map(usualFrequency), [60, 15, 15]);
  });
});

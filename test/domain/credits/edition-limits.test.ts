import assert from 'node:assert/strict';
import { ASSUMED_LIMITS, isKnownEdition, limitsOfEdition } from '../../../src/domain/credits/edition-limits';

describe('limits of an edition', () => {
  const cases = [
    ['free', 3, 5_000, 5],
    ['Standard', 10, 52_500, 10],
    ['professional', 10, 55_000, 15],
    ['enterprise', 10, 60_000, 20],
    ['Zoho One', 10, 60_000, 20],
    ['enterprise', 9_000, 5_000_000, 20],
    ['crm_plus', 10, 70_000, 25],
    ['Ultimate', 5_000, 10_050_000, 25],
  ] as const;

  for (const [edition, users, dailyCredits, concurrency] of cases) {
    it(`${edition} with ${users} users: ${dailyCredits} credits, ${concurrency} calls`, () => {
      assert.deepEqual(limitsOfEdition(edition, users), { dailyCredits, concurrency, heavyConcurrency: 10 });
    });
  }

  it('are those of an edition without users where nobody counts them', () => {
    assert.equal(limitsOfEdition('professional', null).dailyCredits, 50_000);
  });

  it("are the smallest edition's for an unknown edition", () => {
    assert.deepEqual(limitsOfEdition('galactic', 1_000), ASSUMED_LIMITS);
    assert.deepEqual(limitsOfEdition(null, null), ASSUMED_LIMITS);
    assert.deepEqual(['galactic', null, 'Zoho One'].map(isKnownEdition), [false, false, true]);
  });
});

import assert from 'node:assert/strict';
import { assertSame } from '../../support/compare';
import type { Org } from '../../support/org';
import { useEngineApi } from '../../support/use-engine';
import { registeredActivities } from './activity-name';
import { APPROVALS } from './approvals';
import { booksOf, mirroredModules, spendingOf, type Books } from './books';
import { COMMANDS } from './commands';
import { DeliveryInterceptor, type Delivery } from './deliveries';
import { FULL_SYNCS } from './full-syncs';
import { INCREMENTAL_SYNCS } from './incremental-syncs';
import { MAINTENANCE } from './maintenance';
import { NIGHTS } from './nights';
import { OPERATIONS } from './operations';
import type { Scenario } from './scenario';
import { SCHEMA_CHANGES } from './schema-changes';

const SCENARIOS: readonly Scenario[] = [
  ...APPROVALS,
  ...SCHEMA_CHANGES,
  ...FULL_SYNCS,
  ...INCREMENTAL_SYNCS,
  ...OPERATIONS,
  ...COMMANDS,
  ...MAINTENANCE,
  ...NIGHTS,
];

/** One play with both shows the same books as one with each. At night each is shown by itself too. */
const DISTURBANCES: Readonly<Partial<Record<Delivery, string>>> = {
  both: 'whose activities all run twice, and lose their completion, before anybody hears of them',
  ...(process.env['PULSE_NIGHTLY'] && {
    'effect twice': 'whose activities all run twice before anybody hears of them',
    'completion lost': 'whose activities all lose their first completion',
  }),
};

describe('work at least once', function () {
  this.timeout(240_000);
  const interceptor = new DeliveryInterceptor();
  const api = useEngineApi({ interceptor });
  const undisturbed = new Map<Scenario, Promise<Books>>();

  async function play(scenario: Scenario, delivery: Delivery): Promise<Org> {
    interceptor.deliver(delivery);
    try {
      return await scenario.play(api());
    } finally {
      // The books are read while nothing is disturbed.
      if (delivery === 'once') interceptor.deliver('once');
    }
  }

  function booksUndisturbed(scenario: Scenario): Promise<Books> {
    const books = undisturbed.get(scenario) ?? play(scenario, 'once').then(booksOf);
    undisturbed.set(scenario, books);
    return books;
  }

  for (const [delivery, whose] of Object.entries(DISTURBANCES) as [Delivery, string][]) {
    describe(whose, () => {
      for (const scenario of SCENARIOS) {
        it(`${scenario.title} ends as if nothing had happened`, async () => {
          const expected = await booksUndisturbed(scenario);

          const org = await play(scenario, delivery);
          const missed = scenario.meets.filter((name) => !interceptor.disturbed.has(name));

          assert.deepEqual(missed, [], 'activities that were not disturbed');
          for (const [book, lines] of Object.entries(await booksOf(org))) assert.deepEqual(lines, expected[book], book);
          for (const module of await mirroredModules(org)) assertSame(await org.differences(module));
          const { ledger, zoho } = await spendingOf(org);
          assert.equal(ledger.calls, zoho.calls);
          assert.ok(ledger.credits >= zoho.credits, JSON.stringify({ ledger, zoho }));
        });
      }
    });
  }

  it('has a scenario for every activity', () => {
    const met = new Set(SCENARIOS.flatMap(({ meets }) => meets));

    assert.deepEqual(
      registeredActivities().filter((name) => !met.has(name)),
      [],
    );
  });
});

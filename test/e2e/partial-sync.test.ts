import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

const HOUR_MS = 3_600_000;

describe('a sync of some fields', function () {
  this.timeout(60_000);
  const engine = useEngine();
  let org: Org;
  beforeEach(async () => {
    org = await engine().org({ accounts: 150 });
    await org.fullSync('Accounts', { path: 'list' });
    // Long enough ago that no later sync reads the changes a second time for its overlap.
    org.zoho.moveClock({ advance: -HOUR_MS });
    org.zoho.changeRecords('Accounts', {
      update: { count: 30, values: { Industry: 'Changed', Website: 'https://changed.example' } },
      insert: { count: 2 },
    });
    org.zoho.moveClock({ reset: true });
  });

  for (const path of ['list', 'bulk'] as const) {
    it(`by ${path} leaves no row with fields of two versions behind`, async () => {
      await org.fullSync('Accounts', { path, fields: ['Industry'] });

      await org.fullSync('Accounts', { path: 'list' });

      assertSame(await org.differences('Accounts'));
    });
  }
});

import { assertSame } from '../support/compare';
import { useEngine } from '../support/use-engine';

const MINUTE_MS = 60_000;

describe('changes under clocks that are wrong', function () {
  this.timeout(60_000);
  const engine = useEngine();

  for (const dateHeader of ['ten_minutes_ahead', 'ten_minutes_behind', 'absent'] as const) {
    it(`are in the mirror where the Date of answers is ${dateHeader.replaceAll('_', ' ')}`, async () => {
      const org = await engine().org({ deals: 0, accounts: 20, leads: 0, switches: { dateHeader } });
      await org.fullSync('Accounts');
      org.zoho.changeRecords('Accounts', { update: { count: 3, values: { Industry: 'changed' } } });

      await org.incrementalSync('Accounts');

      assertSame(await org.differences('Accounts'));
    });
  }

  it('are in the mirror where the Date of answers jumps ahead for a while, and back', async () => {
    const org = await engine().org({ deals: 0, accounts: 20, leads: 0 });
    await org.fullSync('Accounts');
    for (const dateHeader of ['ten_minutes_ahead', 'right', 'ten_minutes_behind', 'right'] as const) {
      org.zoho.setSwitches({ dateHeader });
      org.zoho.changeRecords('Accounts', {
        update: { count: 3, values: { Industry: dateHeader } },
        insert: { count: 1 },
      });
      await org.incrementalSync('Accounts');
    }

    assertSame(await org.differences('Accounts'));
  });

  it('are in the mirror where our clock is behind that of Zoho', async () => {
    const org = await engine().org({ deals: 0, accounts: 20, leads: 0 });
    org.zoho.moveClock({ advance: 30 * MINUTE_MS });
    await org.fullSync('Accounts');
    org.zoho.changeRecords('Accounts', { update: { count: 3, values: { Industry: 'changed' } }, delete: { count: 1 } });

    await org.incrementalSync('Accounts');

    assertSame(await org.differences('Accounts'));
  });
});

import { assertSame } from '../support/compare';
import { useEngine } from '../support/engine';
import type { Org } from '../support/org';

describe('changes in Zoho while a full sync runs', function () {
  this.timeout(60_000);
  const engine = useEngine();

  /** Something of everything, spread over the whole module. */
  function changeAll(org: Org, module: string): void {
    org.zoho.changeRecords(module, {
      insert: { count: 20 },
      update: { count: 60, values: { Department: 'moved while read' } },
      delete: { count: 15 },
    });
    org.zoho.changeRecords(module, { delete: { count: 5 }, deletionType: 'permanent' });
  }

  for (const round of ['first', 'second']) {
    it(`are in the mirror when a ${round} load by list pages ends`, async () => {
      const org = await engine().org({ contacts: 3_000 });
      if (round === 'second') await org.fullSync('Contacts', { path: 'list' });
      const pages = org.calls('listRecords');
      org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 60 });

      const sessionId = await org.startFullSync('Contacts', { path: 'list' });
      for (const page of [4, 9, 14]) {
        await org.until(sessionId, `has read ${page} pages`, () => org.calls('listRecords') >= pages + page);
        changeAll(org, 'Contacts');
      }
      await org.waitFor(sessionId, 'completed');

      assertSame(await org.differences('Contacts'));
    });

    it(`are in the mirror when a ${round} load by bulk read ends`, async () => {
      const org = await engine().org({ contacts: 1_000, bulkJobMs: 1_000 });
      if (round === 'second') await org.fullSync('Contacts', { path: 'bulk' });
      const jobs = org.zoho.bulkReads().length;

      const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
      await org.until(sessionId, 'has ordered its export', () => org.zoho.bulkReads().length > jobs);
      changeAll(org, 'Contacts');
      await org.until(sessionId, 'has its export', () => org.zoho.bulkReads().at(-1)?.state === 'COMPLETED');
      changeAll(org, 'Contacts');
      await org.waitFor(sessionId, 'completed');

      assertSame(await org.differences('Contacts'));
    });
  }

  it('that are undone before it ends leave nothing behind', async () => {
    const org = await engine().org({ contacts: 400, bulkJobMs: 800 });
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk' });
    await org.until(sessionId, 'has ordered its export', () => org.zoho.bulkReads().length > 0);

    const { inserted } = org.zoho.changeRecords('Contacts', { insert: { count: 10 } });
    org.zoho.changeRecords('Contacts', { delete: inserted });
    await org.waitFor(sessionId, 'completed');

    assertSame(await org.differences('Contacts'));
  });
});

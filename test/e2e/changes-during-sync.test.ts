import assert from 'node:assert/strict';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

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

  for (const kind of ['a full', 'an incremental'] as const) {
    it(`that never cease do not keep ${kind} sync from its end`, async () => {
      const org = await engine().org({ contacts: 400 });
      await org.fullSync('Contacts');
      // Between the end of the changes and the count there is always another record.
      org.zoho.addFault({ kind: 'latency', operation: 'countRecords', delayMs: 150 });
      const busy = setInterval(() => {
        const { inserted } = org.zoho.changeRecords('Contacts', { insert: { count: 3 } });
        org.zoho.changeRecords('Contacts', { delete: inserted.slice(0, 1) });
      }, 40);

      const ended = kind === 'a full' ? org.fullSync('Contacts') : org.incrementalSync('Contacts');
      const { result } = await ended.finally(() => clearInterval(busy));

      assert.equal((result as { status?: string }).status, 'completed');
      await org.incrementalSync('Contacts');
      assertSame(await org.differences('Contacts'));
    });
  }

  it('that delete more than the list of deletes shows are found by a look at all ids', async () => {
    const org = await engine().org({ contacts: 450 });
    org.zoho.setSwitches({ deletedPageRows: 200 });
    await org.fullSync('Contacts', { path: 'bulk' });
    const download = org.zoho.addFault({ kind: 'latency', operation: 'downloadBulkRead', delayMs: 500 });
    const sessionId = await org.startFullSync('Contacts', { path: 'bulk', allowMassDelete: true });
    await org.until(sessionId, 'fetches its export', () => download.struck > 0);

    org.zoho.changeRecords('Contacts', { delete: { count: 250 } });
    await org.waitFor(sessionId, 'completed');

    assertSame(await org.differences('Contacts'));
  });

  it('that delete more than ten pages list are followed to their end', async () => {
    const org = await engine().org({ contacts: 2_600 });
    org.zoho.setSwitches({ deletedPageRows: 0 });
    await org.fullSync('Contacts', { path: 'bulk' });
    org.zoho.changeRecords('Contacts', { delete: { count: 2_400 } });

    await org.incrementalSync('Contacts', { allowMassDelete: true });

    assertSame(await org.differences('Contacts'));
  });

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

import assert from 'node:assert/strict';
import { assertSame } from '../support/compare';
import { useEngine } from '../support/use-engine';

const SECOND_MS = 1_000;
/** Longer than what is read twice. */
const A_WHILE_MS = 600_000;
/** Records that are inserted in one second; a page has fewer. */
const BATCH = 150;
/** Zoho takes so long for a page that waiting for them counts. */
const SLOW_PAGE_MS = 250;

describe('an incremental sync of many changes', function () {
  this.timeout(120_000);
  const engine = useEngine();

  it('exports them after ten pages, and brings what list pages would have brought', async () => {
    const org = await engine().org({ contacts: 300 });
    await org.fullSync('Contacts', { path: 'bulk' });
    for (let left = 10_601; left > 0; left -= BATCH) {
      org.zoho.moveClock({ advance: SECOND_MS });
      org.zoho.changeRecords('Contacts', { insert: { count: Math.min(left, BATCH) } });
    }
    org.zoho.changeRecords('Contacts', { update: { count: 20, values: { Title: 'changed' } } });
    org.zoho.moveClock({ advance: A_WHILE_MS });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: SLOW_PAGE_MS });
    const before = { pages: org.calls('listRecords'), exports: org.calls('createBulkRead') };

    const { result } = await org.incrementalSync('Contacts');

    assertSame(await org.differences('Contacts'));
    const pages = org.calls('listRecords') - before.pages;
    assert.equal(org.calls('createBulkRead') - before.exports, 1);
    assert.ok(pages < 20, `${pages} pages`);
    assert.equal((result as { created?: number }).created, 10_601);
  });
});

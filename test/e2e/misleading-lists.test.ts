import assert from 'node:assert/strict';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

const ACCOUNTS = 450;

describe('lists that do not keep what Zoho promises', function () {
  this.timeout(60_000);
  const engine = useEngine();
  let org: Org;
  beforeEach(async () => {
    org = await engine().org({ deals: 0, accounts: ACCOUNTS, leads: 0 });
  });

  it('end a full sync with a sentence where the first page comes again and again', async () => {
    org.zoho.setSwitches({ pagesAfterFirst: 'first' });

    const session = await org.waitFor(await org.startFullSync('Accounts', { path: 'list' }), 'failed');

    assert.match(session.errorMessage ?? '', /pages with the same records come again and again/);
    assert.ok(org.calls('listRecords') < 20, `${org.calls('listRecords')} calls for ${ACCOUNTS} rows`);
  });

  it('end a full sync with a sentence where exports go on without rows', async () => {
    org.zoho.setSwitches({ bulkReadEnds: false });

    const session = await org.waitFor(await org.startFullSync('Accounts', { path: 'bulk' }), 'failed');

    assert.match(session.errorMessage ?? '', /page 2 of the export has no rows/);
    assert.equal(org.zoho.bulkReads().length, 2);
  });

  it('lose no change where changes come in another order than asked for', async () => {
    await org.fullSync('Accounts');
    const ids = await engine().query<{ id: string }>(`select id::text as id from ${org.table('Accounts')} order by id`);
    for (const { id } of ids) {
      org.zoho.moveClock({ advance: 1_000 });
      org.zoho.changeRecords('Accounts', { update: [{ id, Industry: 'changed' }] });
    }
    org.zoho.setSwitches({ sortHeeded: false });

    await org.incrementalSync('Accounts');

    assertSame(await org.differences('Accounts'));
  });

  it('keep converted leads that page tokens do not reach', async () => {
    const many = await engine().org({ leads: 4_000 });
    many.zoho.setSwitches({ listReach: 400 });

    await many.fullSync('Leads', { path: 'bulk' });

    assertSame(await many.differences('Leads'));
  });
});

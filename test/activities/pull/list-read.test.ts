import assert from 'node:assert/strict';
import { readByListPages } from '../../../src/activities/pull/list-read';
import { loadMirror } from '../../../src/activities/pull/load-mirror';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { ZohoError } from '../../../src/zoho/errors/errors';
import { useActivities } from '../support';

const DEALS = 9_000;
const PAGES = DEALS / 200;
/** Where two scans meet, each may have read a page of the other's and have asked for one more. */
const MAX_SPARE_PAGES = 4;

describe('a module read by list pages', () => {
  const fixture = useActivities({ deals: DEALS, accounts: 10, contacts: 10 });
  afterEach(() => fixture.simulator.control.clearFaults());

  async function planned(): Promise<SyncTarget> {
    const target = await fixture.target('Deals');
    await fixture.run(() => planFullSync(fixture.deps, target));
    return target;
  }

  const read = (target: SyncTarget, expectedRows: number) =>
    fixture.run(() =>
      readByListPages(fixture.deps, {
        ...target,
        firstChunk: 1,
        keepSeenIds: false,
        trackRecords: false,
        firstLoad: true,
        expectedRows,
      }),
    );

  async function countRows(target: SyncTarget): Promise<number> {
    const mirror = await loadMirror(fixture.deps, target);
    const { rows } = await fixture.knex.raw<{ rows: { count: string }[] }>(
      `select count(*) from ${qualifiedTable(mirror)}`,
    );
    return Number(rows[0]?.count);
  }

  it('is read from both ends of its ids, every row once', async () => {
    const target = await planned();
    const before = callsOf();

    const scanned = await read(target, DEALS);

    assert.deepEqual([scanned.read, scanned.created, await countRows(target)], [DEALS, DEALS, DEALS]);
    const calls = callsOf() - before;
    assert.ok(calls >= PAGES && calls <= PAGES + MAX_SPARE_PAGES, `${calls} calls for ${PAGES} pages`);
  });

  it('is read from one end where it is small', async () => {
    const target = await planned();

    await read(target, 200);

    const { rows } = await fixture.knex.raw<{ rows: { chunk_number: number }[] }>(
      'select chunk_number from sync.session_chunks where session_id = ? order by chunk_number',
      [target.sessionId],
    );
    assert.deepEqual(
      rows.map((row) => Number(row.chunk_number)),
      [1, 2, 3],
    );
  });

  for (const pagesBefore of [3, 25, 40]) {
    it(`resumes both scans after the last committed chunks when one broke off after ${pagesBefore} pages`, async () => {
      const target = await planned();
      fixture.simulator.control.addFault({
        kind: 'error',
        operation: 'listRecords',
        after: pagesBefore,
        times: 1,
        status: 500,
      });

      await assert.rejects(read(target, DEALS), (error) => error instanceof ZohoError && error.category === 'server');
      await read(target, DEALS);

      assert.equal(await countRows(target), DEALS);
    });
  }

  function callsOf(): number {
    return fixture.simulator.control.calls().operations['listRecords']?.calls ?? 0;
  }
});

import assert from 'node:assert/strict';
import { Leg } from '../../../src/activities/pull/leg';
import { readByListPages } from '../../../src/activities/pull/list-read';
import { loadMirror } from '../../../src/activities/pull/load-mirror';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { ZohoError } from '../../../src/zoho/errors/errors';
import { toTheEnd, useActivities } from '../support';

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

  const leg = (target: SyncTarget, expectedRows: number, bounds?: Leg) => {
    const request = { ...target, firstChunk: 1, keepSeenIds: false, trackRecords: false, firstLoad: true };
    return fixture.run(() => readByListPages(fixture.deps, { ...request, expectedRows }, bounds));
  };

  const read = (target: SyncTarget, expectedRows: number) => toTheEnd(() => leg(target, expectedRows));

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

  for (const [from, expectedRows] of [
    ['one end', 200],
    ['both ends', DEALS],
  ] as const) {
    it(`is read in legs from ${from}, every row once, and a call more where the ends meet at most`, async () => {
      const target = await planned();
      const before = callsOf();
      let legs = 0;

      const scanned = await toTheEnd(() => {
        legs += 1;
        return leg(target, expectedRows, new Leg({ calls: 7 }));
      });

      assert.ok(legs > 5, `${legs} legs`);
      assert.deepEqual([scanned.read, scanned.created, await countRows(target)], [DEALS, DEALS, DEALS]);
      const calls = callsOf() - before;
      assert.ok(calls >= PAGES && calls <= PAGES + MAX_SPARE_PAGES, `${calls} calls for ${PAGES} pages`);
    });
  }

  it('gets on in every leg, however short, and commits what it has read', async () => {
    const target = await planned();

    assert.deepEqual(await leg(target, 200, new Leg({ ms: 0 })), { more: true });

    assert.equal(await countRows(target), 200);
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

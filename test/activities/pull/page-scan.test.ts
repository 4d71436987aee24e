import assert from 'node:assert/strict';
import { readByListPages } from '../../../src/activities/pull/list-read';
import { loadMirror } from '../../../src/activities/pull/load-mirror';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import type { ScanResult } from '../../../src/activities/pull/scan/scan-request';
import { countMirrorRows } from '../../../src/db/mirror/mirror-table';
import { closeRun } from '../../../src/db/runs/close-run';
import { SessionEnded } from '../../../src/db/sessions/chunks';
import { sessionRun } from '../../../src/domain/runs/run';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { TIMEOUT_MS, toTheEnd, useActivities } from '../support';

const PAGE = 200;
const DEALS = 25 * PAGE;
const PAGES_PER_CHUNK = 20;

describe('a page scan', () => {
  const fixture = useActivities({ deals: DEALS, accounts: 10, contacts: 10 });
  afterEach(() => {
    const { control } = fixture.simulator;
    control.clearFaults();
    control.setSwitches({ pagesAfterFirst: 'next', pageTokensGiven: true, sortHeeded: true, listReach: 100_000 });
  });

  async function planned(): Promise<SyncTarget> {
    const target = await fixture.target('Deals');
    await fixture.run(() => planFullSync(fixture.deps, target));
    return target;
  }

  /** @param expectedRows decides whether the module is scanned from one end or from both */
  const read = (target: SyncTarget, expectedRows = 0): Promise<ScanResult> => {
    const request = { ...target, firstChunk: 1, keepSeenIds: false, trackRecords: false, firstLoad: true };
    return toTheEnd(() => fixture.run(() => readByListPages(fixture.deps, { ...request, expectedRows })));
  };

  const rowsOf = async (target: SyncTarget): Promise<number> =>
    countMirrorRows(fixture.knex, await loadMirror(fixture.deps, target));

  const loseToken = (after: number, times = 1) =>
    fixture.simulator.control.addFault({ kind: 'page-token-expired', operation: 'listRecords', after, times });

  for (const [when, page] of [
    ['in the middle of a chunk', 7],
    ['on the first page of a chunk', PAGES_PER_CHUNK + 1],
    ['on the last page', DEALS / PAGE],
  ] as const) {
    it(`starts over when its token is lost ${when}`, async () => {
      const target = await planned();
      // The first page has no token.
      const lost = loseToken(page - 2);

      await read(target);

      assert.equal(lost.struck, 1);
      assert.equal(await rowsOf(target), DEALS);
    });
  }

  it('starts over at the end that lost its token when it scans from both', async () => {
    const target = await planned();
    const lost = loseToken(15);

    await read(target, DEALS);

    assert.equal(lost.struck, 1);
    assert.equal(await rowsOf(target), DEALS);
  });

  it('needs no page that fails after the other end has read its rows', async () => {
    const target = await planned();
    const { control } = fixture.simulator;
    // It hangs for as long as the other end needs for the rest, then fails.
    const hanging = control.addFault({
      kind: 'timeout-before-apply',
      operation: 'listRecords',
      after: 6,
      times: 1,
      delayMs: TIMEOUT_MS - 500,
    });

    const scanned = await read(target, DEALS);

    assert.equal(hanging.struck, 1);
    assert.deepEqual([scanned.read, await rowsOf(target)], [DEALS, DEALS]);
  });

  it('starts over when its token has expired before it could resume', async () => {
    const target = await planned();
    const { control } = fixture.simulator;
    control.addFault({ kind: 'error', operation: 'listRecords', after: PAGES_PER_CHUNK + 2, times: 1, status: 500 });
    await assert.rejects(read(target), { category: 'server' });
    loseToken(0);

    await read(target);

    assert.equal(await rowsOf(target), DEALS);
  });

  for (const [ends, expectedRows] of [
    ['one end', 0],
    ['both ends', DEALS],
  ] as const) {
    it(`pays for no page twice when one of them fails, scanning from ${ends}`, async () => {
      const target = await planned();
      const before = callsOf();
      const { control } = fixture.simulator;
      control.addFault({ kind: 'error', operation: 'listRecords', after: PAGES_PER_CHUNK - 2, times: 1, status: 500 });

      await assert.rejects(read(target, expectedRows), { category: 'server' });
      const { read: rows } = await read(target, expectedRows);

      assert.equal(rows, DEALS);
      // One call failed, and each end may ask for a page that the other has read.
      assert.ok(callsOf() - before <= DEALS / PAGE + 5, `${callsOf() - before} calls`);
    });
  }

  it('gives up when its token is lost again and again', async () => {
    const target = await planned();
    const lost = loseToken(0, 10);

    await assert.rejects(read(target), { category: 'cursor_lost' });

    assert.equal(lost.struck, 4);
  });

  it('keeps the pages that it has read before one that fails', async () => {
    const target = await planned();
    fixture.simulator.control.addFault({ kind: 'error', operation: 'listRecords', after: 7, times: 1, status: 500 });
    await assert.rejects(read(target), { category: 'server' });
    const calls = callsOf();

    await read(target);

    assert.equal(await rowsOf(target), DEALS);
    assert.equal(callsOf() - calls, DEALS / PAGE - 7);
  });

  for (const [ends, expectedRows] of [
    ['one end', 0],
    ['both ends', DEALS],
  ] as const) {
    for (const [what, switches, category] of [
      ['answers the first page again and again', { pagesAfterFirst: 'first' }, 'endless_list'],
      ['promises more and shows no record', { pagesAfterFirst: 'empty' }, 'endless_list'],
      ['has more records and names no token', { pageTokensGiven: false }, 'cursor_lost'],
    ] as const) {
      it(`comes to an end at ${ends} of a list that ${what}`, async () => {
        const target = await planned();
        fixture.simulator.control.setSwitches(switches);
        const calls = callsOf();

        await assert.rejects(read(target, expectedRows), { category, retryable: false });

        assert.ok(callsOf() - calls < 20, `${callsOf() - calls} calls`);
      });
    }

    it(`reads every record from ${ends} where ids come in another order than asked for`, async () => {
      const target = await planned();
      fixture.simulator.control.setSwitches({ sortHeeded: false });

      await read(target, expectedRows);

      assert.equal(await rowsOf(target), DEALS);
    });

    it(`reads by time what page tokens do not reach from ${ends}`, async () => {
      const target = await planned();
      fixture.simulator.control.setSwitches({ listReach: 5 * PAGE });

      const { read: rows } = await read(target, expectedRows);

      assert.ok(rows >= DEALS);
      assert.equal(await rowsOf(target), DEALS);
    });
  }

  it('goes on with the reading by time that another attempt has begun', async () => {
    const target = await planned();
    const { control } = fixture.simulator;
    control.setSwitches({ listReach: 5 * PAGE });
    // Ten pages from both ends, two refusals, and as many pages by time as make a chunk.
    control.addFault({
      kind: 'error',
      operation: 'listRecords',
      after: 12 + PAGES_PER_CHUNK + 1,
      times: 1,
      status: 500,
    });
    await assert.rejects(read(target, DEALS), { category: 'server' });
    const calls = callsOf();

    await read(target, DEALS);

    assert.equal(await rowsOf(target), DEALS);
    assert.ok(callsOf() - calls < 10, `${callsOf() - calls} calls`);
  });

  it('fails with what kept a chunk from being loaded in the background', async () => {
    const target = await planned();
    await closeRun(fixture.knex, sessionRun(target.sessionId), { status: 'cancelled', reason: 'test' });

    await assert.rejects(read(target), SessionEnded);
  });

  it('reports what earlier attempts have loaded, too, and reads nothing when it was done', async () => {
    const target = await planned();
    const first = await read(target);
    const calls = callsOf();

    const second = await read(target);

    assert.deepEqual(second, first);
    assert.equal(callsOf(), calls);
  });

  function callsOf(): number {
    return fixture.simulator.control.calls().operations['listRecords']?.calls ?? 0;
  }
});

import assert from 'node:assert/strict';
import { finishIncrementalSync } from '../../../src/activities/pull/finish-full-sync';
import { readByListPages, readChanges } from '../../../src/activities/pull/list-read';
import { loadMirror } from '../../../src/activities/pull/load-mirror';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { planIncrementalSync } from '../../../src/activities/pull/plan-incremental-sync';
import type { ScanResult } from '../../../src/activities/pull/scan/scan-request';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { markFilled } from '../../../src/db/mirror/module-fields';
import { advanceWatermark, getWatermark } from '../../../src/db/sessions/watermarks';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { assertSame, compareMirror } from '../../support/compare';
import { toTheEnd, useActivities } from '../support';

const PAGE = 200;
const CONTACTS = 4 * PAGE;

describe('changes of a module', () => {
  const fixture = useActivities({ deals: 10, contacts: CONTACTS });
  afterEach(() => {
    fixture.simulator.control.clearFaults();
    fixture.simulator.control.moveClock({ resume: true });
    fixture.simulator.control.setSwitches({
      pageTokens: 'live',
      listReach: 100_000,
      pagesAfterFirst: 'next',
      pageTokensGiven: true,
      sortHeeded: true,
    });
  });

  /** A mirror filled by a session, which stays active, some minutes ago by Zoho's clock. */
  async function mirrored(): Promise<{ target: SyncTarget; since: string }> {
    fixture.simulator.control.moveClock({ advance: 200_000 });
    const target = await fixture.target('Contacts');
    await fixture.run(() => planFullSync(fixture.deps, target));
    const { now: since } = fixture.simulator.control.moveClock({ advance: 0 });
    const request = { ...target, firstChunk: 1, keepSeenIds: false, trackRecords: false, firstLoad: true };
    await fixture.run(() => readByListPages(fixture.deps, request));
    fixture.simulator.control.moveClock({ advance: 200_000 });
    return { target, since };
  }

  let passes = 0;
  const read = (target: SyncTarget, since: string): Promise<ScanResult> => {
    passes += 1;
    const request = { ...target, since, firstChunk: passes * 1_000_000, trackRecords: true };
    return toTheEnd<ScanResult>(() => fixture.run(() => readChanges(fixture.deps, request)));
  };

  async function assertMirrored(target: SyncTarget): Promise<void> {
    const table = qualifiedTable(await loadMirror(fixture.deps, target));
    const { simulator } = fixture;
    const query = async (sql: string, bindings: readonly (string | number)[]): Promise<object[]> =>
      (await fixture.knex.raw<{ rows: object[] }>(sql, [...bindings])).rows;
    assertSame(await compareMirror({ simulator, module: 'Contacts', ignoring: [], table, query }));
  }

  it('are all read where many share a second, and the result says that tokens had to be followed', async () => {
    const { target, since } = await mirrored();
    const { control } = fixture.simulator;
    control.moveClock({ freeze: true });
    control.changeRecords('Contacts', { update: { count: 2 * PAGE + 50, values: { Title: 'in one second' } } });

    const first = await read(target, since);
    control.changeRecords('Contacts', { update: { count: 10, values: { Title: 'in the same second' } } });
    const second = await read(target, since);

    // Which of two reads in one second was the later one is not always known; then the records are asked for by id.
    assert.equal(first.updated, 2 * PAGE + 50);
    assert.deepEqual([first.crowded, second.crowded], [true, true]);
    await assertMirrored(target);
  });

  it('are all read although records move to the end of the list meanwhile', async () => {
    const { target, since } = await mirrored();
    const { control } = fixture.simulator;
    control.setSwitches({ pageTokens: 'snapshot' });
    for (let second = 0; second < 8; second += 1) {
      control.moveClock({ advance: 1_000 });
      control.changeRecords('Contacts', { insert: { count: 150 } });
    }
    const slow = control.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 30 });

    const reading = read(target, since);
    for (const page of [1, 3, 5]) {
      while (slow.struck <= page) await new Promise((resolve) => setTimeout(resolve, 5));
      control.moveClock({ advance: 1_000 });
      control.changeRecords('Contacts', { update: { count: 100, values: { Title: `page ${page}` } } });
    }
    const scanned = await reading;

    assert.equal(scanned.crowded, false);
    await assertMirrored(target);
  });

  it('continue where an attempt broke off, and count what it had loaded', async () => {
    const { target, since } = await mirrored();
    const { control } = fixture.simulator;
    for (let second = 0; second < 25; second += 1) {
      control.moveClock({ advance: 1_000 });
      control.changeRecords('Contacts', { insert: { count: 190 } });
    }
    const fault = { kind: 'error', operation: 'listRecords', after: 23, times: 1, status: 500 } as const;
    control.addFault(fault);

    await assert.rejects(read(target, since), { category: 'server' });
    passes -= 1;
    const scanned = await read(target, since);

    assert.equal(scanned.created, 25 * 190);
    await assertMirrored(target);
  });

  /** Changes of every contact, one a second, so that no order but that of their times is right. */
  function changeEach(rows: number): void {
    const { control } = fixture.simulator;
    for (let pages = 0; pages < rows / 50; pages += 1) {
      control.moveClock({ advance: 1_000 });
      control.changeRecords('Contacts', { insert: { count: 50 } });
    }
  }

  it('in another order than asked for are read by tokens alone, and the result says so', async () => {
    const { target, since } = await mirrored();
    changeEach(650);
    fixture.simulator.control.setSwitches({ sortHeeded: false });

    const first = await read(target, since);
    const second = await read(target, since);

    assert.deepEqual([first.created, first.crowded], [650, true]);
    assert.deepEqual([second.created + second.updated, second.crowded], [0, true]);
    await assertMirrored(target);
  });

  it('in another order than asked for, beyond what tokens reach, are a failure with a sentence', async () => {
    const { target, since } = await mirrored();
    changeEach(650);
    fixture.simulator.control.setSwitches({ sortHeeded: false, listReach: 2 * PAGE });

    await assert.rejects(read(target, since), { type: 'changes.out_of_order', message: /in no order.*full sync/ });
  });

  it('are read by their times although no page names a token', async () => {
    const { target, since } = await mirrored();
    changeEach(650);
    fixture.simulator.control.setSwitches({ pageTokensGiven: false });

    const scanned = await read(target, since);

    assert.deepEqual([scanned.created, scanned.crowded], [650, false]);
    await assertMirrored(target);
  });

  it('of one second, of which the first page comes again and again, are no endless list', async () => {
    const { target, since } = await mirrored();
    const { control } = fixture.simulator;
    control.moveClock({ freeze: true });
    control.changeRecords('Contacts', { update: { count: 3 * PAGE, values: { Title: 'a crowd' } } });
    control.setSwitches({ pagesAfterFirst: 'first' });

    await assert.rejects(read(target, since), { category: 'endless_list' });
  });

  it('that are more than page tokens reach are read like fewer', async () => {
    const { target, since } = await mirrored();
    const { control } = fixture.simulator;
    control.setSwitches({ listReach: 3 * PAGE });
    for (let second = 0; second < 6; second += 1) {
      control.moveClock({ advance: 1_000 });
      control.changeRecords('Contacts', { insert: { count: 190 } });
    }

    const scanned = await read(target, since);

    assert.deepEqual([scanned.created, scanned.crowded], [6 * 190, false]);
    await assertMirrored(target);
  });

  it('that are more than page tokens reach in one second end the scan with a sentence that helps', async () => {
    const { target, since } = await mirrored();
    const { control } = fixture.simulator;
    control.setSwitches({ listReach: 2 * PAGE });
    control.moveClock({ freeze: true });
    control.changeRecords('Contacts', { update: { count: 3 * PAGE, values: { Title: 'a crowd' } } });

    await assert.rejects(read(target, since), {
      type: 'changes.too_many_at_once',
      nonRetryable: true,
      message: /^More records of Contacts were modified within one second than list pages reach. Run a full sync/,
    });
  });

  describe('and the watermark', () => {
    async function marked(): Promise<{ target: SyncTarget; mark: Date }> {
      const { target } = await mirrored();
      const { connectionId, module, sessionId } = target;
      const { fields } = await loadMirror(fixture.deps, target);
      await markFilled(fixture.knex, connectionId, module, fields, sessionId);
      const mark = new Date('2026-01-31T08:00:00Z');
      await advanceWatermark(fixture.knex, {
        connectionId,
        moduleName: module,
        completeUntil: mark,
        deletesUntil: new Date('2026-01-30T08:00:00Z'),
        sessionId,
      });
      return { target, mark };
    }

    for (const [since, changesSince, deletesSince] of [
      [undefined, '2026-01-31T08:00:00.000Z', '2026-01-30T08:00:00.000Z'],
      ['2026-02-01T00:00:00Z', '2026-01-31T08:00:00.000Z', '2026-01-30T08:00:00.000Z'],
      ['2026-01-30T23:30:00+05:30', '2026-01-30T18:00:00.000Z', '2026-01-30T08:00:00.000Z'],
      ['2025-12-24T00:00:00Z', '2025-12-24T00:00:00.000Z', '2025-12-24T00:00:00.000Z'],
      ['0000-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
      ['9999-12-31T23:59:59-12:00', '2026-01-31T08:00:00.000Z', '2026-01-30T08:00:00.000Z'],
    ] as const) {
      it(`are read from the earlier of it and ${since ?? 'nothing else'}`, async () => {
        const { target } = await marked();

        const plan = await fixture.run(() =>
          planIncrementalSync(fixture.deps, { ...target, ...(since !== undefined && { since }) }),
        );

        assert.deepEqual([plan.changesSince, plan.deletesSince], [changesSince, deletesSince]);
      });
    }

    for (const [fields, moves] of [
      [undefined, true],
      [['Title'], false],
    ] as const) {
      it(`${moves ? 'move it' : 'do not move it'} when ${fields ? 'some fields are' : 'every field is'} read`, async () => {
        const { target, mark } = await marked();
        const completeUntil = '2026-02-02T08:00:00.000Z';
        const request = {
          ...target,
          completeUntil,
          deletesUntil: completeUntil,
          ...(fields && { fields: [...fields] }),
        };

        await fixture.run(() => finishIncrementalSync(fixture.deps, request));

        const now = await getWatermark(fixture.knex, target.connectionId, target.module);
        assert.deepEqual(now?.completeUntil, moves ? new Date(completeUntil) : mark);
        assert.deepEqual(now?.deletesUntil, new Date(completeUntil));
      });
    }
  });
});

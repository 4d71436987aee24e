import assert from 'node:assert/strict';
import { readDeletes, sweepUnseenRows, weighSweep, type DeletesRequest } from '../../../src/activities/pull/deletes';
import { readByListPages } from '../../../src/activities/pull/list-read';
import { loadMirror } from '../../../src/activities/pull/load-mirror';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { closeRun } from '../../../src/db/runs/close-run';
import { ALL_CHUNKS } from '../../../src/domain/runs/chunk-numbers';
import { sessionRun } from '../../../src/domain/runs/run';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { someSession } from '../../db/support';
import { toTheEnd, useActivities } from '../support';

const DEALS = 250;

describe('rows that a session has not seen', () => {
  const fixture = useActivities({ deals: DEALS });
  afterEach(() => fixture.simulator.control.clearFaults());

  /** A mirror filled by an earlier session, and a session that begins a moment later and has seen nothing. */
  async function mirrored(): Promise<{ target: SyncTarget; began: string; ids: string[] }> {
    const earlier = await fixture.target('Deals');
    await fixture.run(() => planFullSync(fixture.deps, earlier));
    await fixture.run(() =>
      readByListPages(fixture.deps, {
        ...earlier,
        firstChunk: 1,
        keepSeenIds: true,
        trackRecords: false,
        firstLoad: false,
      }),
    );
    await closeRun(fixture.knex, sessionRun(earlier.sessionId), { status: 'failed', reason: 'test' });
    const { connectionId, module } = earlier;
    const session = await someSession(fixture.knex, { connectionId, moduleName: module });
    const target = { connectionId, module, sessionId: session.id };
    const ids = (await rowsOf(target)).map(({ id }) => id);
    const { now } = fixture.simulator.control.moveClock({ advance: 60_000 });
    return { target, began: now, ids };
  }

  async function rowsOf(target: SyncTarget): Promise<{ id: string; next_step: string | null }[]> {
    const mirror = await loadMirror(fixture.deps, target);
    const { rows } = await fixture.knex.raw<{ rows: { id: string; next_step: string | null }[] }>(
      `select id, next_step from ${qualifiedTable(mirror)} order by id`,
    );
    return rows;
  }

  const sweep = (target: SyncTarget, began: string) => {
    const request = {
      ...{ ...target, began, seenIn: ALL_CHUNKS, deletesFollowedUntil: null, sequence: 1, firstChunk: 1_000 },
    };
    return toTheEnd(() => fixture.run(() => sweepUnseenRows(fixture.deps, request)));
  };

  const feed = (request: DeletesRequest) => toTheEnd(() => fixture.run(() => readDeletes(fixture.deps, request)));

  it('leaves only when a person agrees, where a large share of the module was deleted', async () => {
    const { target, began, ids } = await mirrored();
    fixture.simulator.control.changeRecords('Deals', { delete: ids.slice(0, 60) });
    const read = (allowMassDelete: boolean) => feed({ ...target, since: began, sequence: 1, allowMassDelete });

    const unasked = await read(false);
    const rowsLeft = (await rowsOf(target)).length;
    const agreed = await read(true);

    assert.deepEqual([unasked.buried, unasked.awaitingApproval], [0, 60]);
    assert.equal(rowsLeft, ids.length);
    assert.deepEqual([agreed.buried, agreed.awaitingApproval], [60, 0]);
  });

  it('is asked of Zoho: only those it does not know leave', async () => {
    const { target, began, ids } = await mirrored();
    const [recycled = '', erased = ''] = ids;
    const { control } = fixture.simulator;
    control.changeRecords('Deals', { delete: [recycled] });
    control.changeRecords('Deals', { delete: [erased], deletionType: 'permanent' });
    const { candidates, mirrorRows } = await fixture.run(() =>
      weighSweep(fixture.deps, { ...target, began, seenIn: ALL_CHUNKS, allowMassDelete: true }),
    );
    assert.deepEqual([candidates, mirrorRows], [ids.length, ids.length]);

    const { buried } = await sweep(target, began);

    assert.equal(buried, 2);
    assert.deepEqual(
      (await rowsOf(target)).map(({ id }) => id),
      ids.slice(2),
    );
    const stones = await fixture
      .knex('sync.tombstones')
      .select('record_id', 'reason')
      .where({ session_id: target.sessionId })
      .orderBy('record_id');
    assert.deepEqual(stones, [
      { record_id: recycled, reason: 'recycle' },
      { record_id: erased, reason: 'permanent' },
    ]);
  });

  it('brings the rows that are there up to date', async () => {
    const { target, began, ids } = await mirrored();
    fixture.simulator.control.changeRecords('Deals', { update: ids.map((id) => ({ id, Next_Step: 'call back' })) });

    await sweep(target, began);

    assert.ok((await rowsOf(target)).every((row) => row.next_step === 'call back'));
  });

  it('is settled for every row, even if the first attempt broke half-way', async () => {
    const { target, began, ids } = await mirrored();
    const { control } = fixture.simulator;
    control.changeRecords('Deals', { update: ids.map((id) => ({ id, Next_Step: 'second attempt' })) });
    control.addFault({ kind: 'error', operation: 'listRecords', after: 1, times: 1, status: 500 });
    await assert.rejects(sweep(target, began), { category: 'server' });

    await sweep(target, began);

    const stale = (await rowsOf(target)).filter((row) => row.next_step !== 'second attempt');
    assert.equal(stale.length, 0);
  });

  it('is known from the list of deletes, without asking for ids, and counted by every attempt', async () => {
    const { target, began, ids } = await mirrored();
    const [first = '', second = ''] = ids;
    fixture.simulator.control.changeRecords('Deals', { delete: [first, second] });

    const outcomes = [];
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      outcomes.push(await feed({ ...target, since: began, sequence: 7 }));
    }

    assert.deepEqual(
      outcomes.map(({ buried }) => buried),
      [2, 2],
    );
    assert.equal((await rowsOf(target)).length, ids.length - 2);
  });
});

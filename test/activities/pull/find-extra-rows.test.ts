import assert from 'node:assert/strict';
import { findExtraRows } from '../../../src/activities/pull/comparison/find-extra-rows';
import { Leg } from '../../../src/activities/pull/leg';
import { readByListPages } from '../../../src/activities/pull/list-read';
import { loadMirror } from '../../../src/activities/pull/load-mirror';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { fullSyncChunks } from '../../../src/domain/runs/chunk-numbers';
import { useActivities } from '../support';

const ADDED = 110;
const A_WHILE_MS = 900_000;

describe('rows that no page has shown', function () {
  this.timeout(60_000);
  const fixture = useActivities({ contacts: 12 * ADDED });

  it('are asked for in legs, each of which goes on where the one before has ended', async () => {
    const target = await fixture.target('Contacts');
    await fixture.run(() => planFullSync(fixture.deps, target));
    const { all: seenIn, listScan } = fullSyncChunks(1);
    const list = { ...target, firstChunk: listScan.lowest.first, keepSeenIds: true, trackRecords: false };
    await fixture.run(() => readByListPages(fixture.deps, { ...list, firstLoad: true }));
    const table = qualifiedTable(await loadMirror(fixture.deps, target));
    await fixture.knex.raw(
      `insert into ${table} (id, _synced_at) select id + 1_000_000_007, _synced_at from ${table} order by id limit ?`,
      [ADDED],
    );
    const { now: began } = fixture.simulator.control.moveClock({ advance: A_WHILE_MS });
    const request = { ...target, began, deletesFollowedUntil: null, seenIn };
    const leg = (after?: string) =>
      fixture.run(() => findExtraRows(fixture.deps, { ...request, ...(after && { after }) }, new Leg({ calls: 1 })));

    const first = await leg();
    const second = await leg(first.after);
    const third = await leg(second.after);

    const { rows } = await fixture.knex.raw<{ rows: object[] }>(
      'select record_id from sync.differences where session_id = ?',
      [target.sessionId],
    );
    assert.deepEqual([typeof first.after, typeof second.after, third], ['string', 'string', { unasked: 0 }]);
    assert.equal(rows.length, ADDED);
  });
});

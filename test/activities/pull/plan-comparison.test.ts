import assert from 'node:assert/strict';
import { finishFullSync } from '../../../src/activities/pull/finish-full-sync';
import { readByListPages } from '../../../src/activities/pull/list-read';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { someSession } from '../../db/support';
import { useActivities } from '../support';

const DEALS = 12_000;
const A_WHILE_MS = 900_000;

describe('the plan of a comparison by times', function () {
  this.timeout(60_000);
  const fixture = useActivities({ deals: DEALS });
  let target: SyncTarget;

  const plan = () => fixture.run(() => planFullSync(fixture.deps, { ...target, path: 'bulk', compare: 'times' }));

  before(async () => {
    target = await fixture.target('Deals');
    const { lowWatermark } = await fixture.run(() => planFullSync(fixture.deps, { ...target, path: 'list' }));
    const list = { ...target, firstChunk: 1, keepSeenIds: false, trackRecords: false, firstLoad: true };
    await fixture.run(() => readByListPages(fixture.deps, list));
    const times = { completeUntil: lowWatermark, deletesUntil: lowWatermark };
    await fixture.run(() => finishFullSync(fixture.deps, { ...target, path: 'list', ...times }));
    fixture.simulator.control.moveClock({ advance: A_WHILE_MS });
  });

  it('exports ids and times while little has changed since the watermark', async () => {
    fixture.simulator.control.changeRecords('Deals', { update: { count: 500, values: { Stage: 'Qualification' } } });

    assert.ok((await plan()).comparedFields);
  });

  it('exports the name of a lookup, which changes without the time, unless the mirror of what it points to has it', async () => {
    const before = (await plan()).comparedFields ?? [];
    const { connectionId } = target;
    const session = await someSession(fixture.deps.knex, { connectionId, moduleName: 'Accounts' });
    const accounts = { connectionId, sessionId: session.id, module: 'Accounts' };
    const { lowWatermark } = await fixture.run(() => planFullSync(fixture.deps, { ...accounts, path: 'list' }));
    const times = { completeUntil: lowWatermark, deletesUntil: lowWatermark };
    await fixture.run(() => finishFullSync(fixture.deps, { ...accounts, path: 'list', ...times }));
    const after = (await plan()).comparedFields ?? [];

    assert.deepEqual(
      before.filter((field) => !after.includes(field)),
      ['Account_Name', 'Partner_Account'],
    );
  });

  it('exports everything at once where so much has changed that it would be asked for after all', async () => {
    fixture.simulator.control.changeRecords('Deals', { update: { count: 9_000, values: { Stage: 'Closed Won' } } });

    assert.equal((await plan()).comparedFields, undefined);
  });
});

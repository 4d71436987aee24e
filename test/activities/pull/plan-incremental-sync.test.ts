import assert from 'node:assert/strict';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { planIncrementalSync, type IncrementalPlanRequest } from '../../../src/activities/pull/plan-incremental-sync';
import { noteCount } from '../../../src/db/mirror/row-counts';
import { advanceWatermark } from '../../../src/db/sessions/watermarks';
import type { IncrementalSyncPlan } from '../../../src/temporal/contract/results';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { useActivities } from '../support';

const COMPLETE_UNTIL = new Date('2026-11-20T08:00:00Z');

describe('the plan of an incremental sync', () => {
  const fixture = useActivities({ deals: 5 });

  /** A module that a full sync has prepared. */
  async function prepared(module = 'Deals'): Promise<SyncTarget> {
    const target = await fixture.target(module);
    await fixture.run(() => planFullSync(fixture.deps, target));
    const { connectionId, sessionId } = target;
    const mark = { completeUntil: COMPLETE_UNTIL, deletesUntil: COMPLETE_UNTIL };
    await advanceWatermark(fixture.knex, { connectionId, moduleName: module, sessionId, ...mark });
    await noteCount(fixture.knex, { connectionId, key: module }, { zohoRows: 5, difference: 0 });
    return target;
  }

  const plan = (request: IncrementalPlanRequest): Promise<IncrementalSyncPlan> =>
    fixture.run(() => planIncrementalSync(fixture.deps, request));

  /** Operations that a plan calls, in the order of their names. */
  async function callsOf(request: IncrementalPlanRequest): Promise<string[]> {
    const { control } = fixture.simulator;
    control.clearCalls();
    await plan(request);
    return Object.keys(control.calls().operations).sort();
  }

  async function set({ connectionId }: SyncTarget, assignment: string): Promise<void> {
    await fixture.knex.raw(`update sync.mirrors set ${assignment} where connection_id = ?`, [connectionId]);
  }

  it('asks Zoho nothing, but for the fields where they are old or their module changed', async () => {
    const target = await prepared();

    assert.deepEqual(await callsOf(target), []);
    for (const age of [`now() - interval '361 minutes'`, 'null']) {
      await set(target, `fields_checked_at = ${age}`);
      assert.deepEqual(await callsOf(target), ['getModule', 'listFields', 'listUsers']);
      assert.deepEqual(await callsOf(target), []);
    }
  });

  it('makes a table that somebody has dropped, however young its metadata is, and promises nothing of it', async () => {
    const target = await prepared();
    const { rows } = await fixture.knex.raw<{ rows: { schema: string }[] }>(
      'select mirror_schema as schema from sync.connections where id = ?',
      [target.connectionId],
    );
    await fixture.knex.raw(`drop table "${rows[0]?.schema}".deals`);

    await assert.rejects(plan(target), { type: 'watermark.missing' });
  });

  it('wants a count as often as the configuration says', async () => {
    const target = await prepared();
    await set(target, `counted_at = now() - interval '59 minutes'`);
    const { countDue: isDueWithin } = await plan(target);
    await set(target, `counted_at = now() - interval '60 minutes'`);
    const { countDue: isDueAfter } = await plan(target);
    await fixture.knex.raw(
      `insert into sync.sync_configurations (id, connection_id, config_name, module_name, count_every_minutes)
       values (gen_random_uuid(), ?, ?, 'Deals', 240)`,
      [target.connectionId, `every-four-hours-${target.sessionId}`],
    );
    const { countDue: isDueByConfiguration } = await plan(target);

    assert.deepEqual([isDueWithin, isDueAfter, isDueByConfiguration], [false, true, false]);
  });

  it('reads from before the watermark where it looks back, and counts', async () => {
    const target = await prepared();

    const usual = await plan(target);
    const back = await plan({ ...target, lookBackHours: 26 });

    assert.equal(usual.changesSince, COMPLETE_UNTIL.toISOString());
    assert.deepEqual(
      [back.changesSince, back.deletesSince, back.countDue],
      ['2026-11-19T06:00:00.000Z', '2026-11-19T06:00:00.000Z', true],
    );
  });
});

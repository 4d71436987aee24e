import assert from 'node:assert/strict';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { useActivities } from '../support';

describe('the prices of calls', () => {
  const fixture = useActivities({ switches: { searchCredits: 3 } });
  afterEach(() => fixture.simulator.control.clearFaults());

  const plan = (target: SyncTarget) => fixture.run(() => planFullSync(fixture.deps, target));
  const callsOfCatalog = () => fixture.simulator.control.calls().operations['listApis']?.calls ?? 0;

  async function priceOf(target: SyncTarget, operation: string): Promise<[number, number] | undefined> {
    const row = await fixture
      .knex<{ min_credits: number; max_credits: number }>('sync.credit_costs')
      .where({ connection_id: target.connectionId, operation } as object)
      .first();
    return row && [row.min_credits, row.max_credits];
  }

  it('are those that Zoho lists for the organization', async () => {
    const target = await fixture.target('Deals');

    await plan(target);

    assert.deepEqual(await priceOf(target, 'search_records'), [3, 3]);
    assert.deepEqual(await priceOf(target, 'list_records'), [1, 3]);
    assert.deepEqual(await priceOf(target, 'create_bulk_write_job'), [500, 500]);
  });

  it('are asked for once a week', async () => {
    const target = await fixture.target('Deals');
    await plan(target);
    const before = callsOfCatalog();

    await plan(target);
    const again = callsOfCatalog() - before;
    await fixture.knex.raw(`update sync.credit_costs set updated_at = now() - interval '8 days'`);
    await plan(target);

    assert.deepEqual([again, callsOfCatalog() - before], [0, 1]);
  });

  it('are those of the list if Zoho does not report them, and the sync continues', async () => {
    const target = await fixture.target('Deals');
    fixture.simulator.control.addFault({ kind: 'error', operation: 'listApis', status: 500 });

    const { expectedRows } = await plan(target);

    assert.equal(expectedRows, 50);
    assert.equal(await priceOf(target, 'search_records'), undefined);
  });
});

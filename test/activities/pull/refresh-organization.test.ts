import assert from 'node:assert/strict';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { findApiLimits, saveApiLimits } from '../../../src/db/credits/api-limits';
import { limitsOfEdition } from '../../../src/domain/credits/edition-limits';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { useActivities } from '../support';

const USERS = 450;
/** 200 users each. */
const PAGES = 3;

describe('what is known of an organization', () => {
  const fixture = useActivities({ users: USERS });

  const plan = (target: SyncTarget) => fixture.run(() => planFullSync(fixture.deps, target));

  /** Calls of an operation while `work` is done. */
  async function callsDuring(operation: string, work: () => Promise<unknown>): Promise<number> {
    const calls = () => fixture.simulator.control.calls().operations[operation]?.calls ?? 0;
    const before = calls();
    await work();
    return calls() - before;
  }

  async function nameOf(target: SyncTarget, userId: string): Promise<string | undefined> {
    const { rows } = await fixture.knex.raw<{ rows: { name: string }[] }>(
      'select full_name as name from sync.crm_users where connection_id = ? and id = ?',
      [target.connectionId, userId],
    );
    return rows[0]?.name;
  }

  const userAt = (index: number) => fixture.simulator.control.simulation.catalog.users[index]?.id ?? '';

  it('is all users at first, then only those that changed, for one call', async () => {
    const target = await fixture.target('Deals');

    const first = await callsDuring('listUsers', () => plan(target));
    const again = await callsDuring('listUsers', () => plan(target));

    assert.deepEqual([first, again], [PAGES, 1]);
  });

  it('follows a user who is given another name', async () => {
    const target = await fixture.target('Deals');
    const last = userAt(USERS - 1);
    await plan(target);
    fixture.simulator.control.renameUser(last, 'Zoë Nakamura');

    await plan(target);

    assert.equal(await nameOf(target, last), 'Zoë Nakamura');
  });

  it('is all users again after a day, since Zoho may not date every change', async () => {
    const target = await fixture.target('Deals');
    await plan(target);
    await fixture
      .knex('sync.connections')
      .where({ id: target.connectionId })
      .update({
        users_listed_at: fixture.knex.raw(`now() - interval '25 hours'`),
      });

    assert.equal(await callsDuring('listUsers', () => plan(target)), PAGES);
  });

  it('misses no change that Zoho shows a little late', async () => {
    const target = await fixture.target('Deals');
    const user = userAt(0);
    await plan(target);
    fixture.simulator.control.moveClock({ advance: -60_000 });
    fixture.simulator.control.renameUser(user, 'Ada Lovelace');
    fixture.simulator.control.moveClock({ reset: true });

    await plan(target);

    assert.equal(await nameOf(target, user), 'Ada Lovelace');
  });

  it('follows the edition and its limits, which are asked for once a day', async () => {
    const target = await fixture.target('Deals');
    await plan(target);
    const again = await callsDuring('getOrganization', () => plan(target));
    await fixture
      .knex('sync.credit_accounts')
      .where({ connection_id: target.connectionId })
      .update({
        daily_credits: 5_000,
        edition_read_at: fixture.knex.raw(`now() - interval '25 hours'`),
      });

    const nextDay = await callsDuring('getOrganization', () => plan(target));

    const limits = await findApiLimits(fixture.knex, target.connectionId);
    assert.deepEqual([again, nextDay], [0, 1]);
    assert.equal(limits?.dailyCredits, limitsOfEdition('enterprise', USERS).dailyCredits);
  });

  it('keeps the limits that a person has set', async () => {
    const target = await fixture.target('Deals');
    const limits = { dailyCredits: 7_000, concurrency: 3, heavyConcurrency: 2 };
    await saveApiLimits(fixture.knex, target.connectionId, limits, 'configured');

    await plan(target);
    const again = await callsDuring('getOrganization', () => plan(target));

    const kept = await findApiLimits(fixture.knex, target.connectionId);
    assert.deepEqual([again, kept?.dailyCredits, kept?.concurrency], [0, 7_000, 3]);
  });
});

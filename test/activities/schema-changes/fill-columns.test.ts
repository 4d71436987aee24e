import assert from 'node:assert/strict';
import { Leg } from '../../../src/activities/pull/leg';
import { readByListPages } from '../../../src/activities/pull/list-read';
import { loadMirror } from '../../../src/activities/pull/load-mirror';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { fillColumns } from '../../../src/activities/schema-changes/fill-columns';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import { loadFields, markFilled } from '../../../src/db/mirror/module-fields';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { assertSame, compareMirror } from '../../support/compare';
import { toTheEnd, useActivities } from '../support';

const CONTACTS = 450;

describe('new columns of a mirror', () => {
  const fixture = useActivities({ deals: 10, contacts: CONTACTS });

  /** A filled mirror, some columns of which are as if they had come just now. */
  async function lacking(...fields: readonly string[]): Promise<SyncTarget> {
    const { knex, deps } = fixture;
    const target = await fixture.target('Contacts');
    await fixture.run(() => planFullSync(deps, target));
    const request = { ...target, firstChunk: 1, keepSeenIds: false, trackRecords: false, firstLoad: true };
    fixture.simulator.control.moveClock({ advance: 200_000 });
    await fixture.run(() => readByListPages(deps, request));
    fixture.simulator.control.moveClock({ advance: 200_000 });
    const mirror = await loadMirror(deps, target);
    await markFilled(knex, target.connectionId, mirror.key, mirror.fields, target.sessionId);
    for (const { column, nameColumn, apiName } of mirror.fields) {
      if (!fields.includes(apiName)) continue;
      const columns = [column, ...(nameColumn ? [nameColumn] : [])];
      await knex.raw(`update ${qualifiedTable(mirror)} set ${columns.map((name) => `${name} = null`).join(', ')}`);
    }
    await knex.raw(
      `update sync.module_fields set filled = false, unfilled_since = now() where connection_id = ? and api_name = any(?)`,
      [target.connectionId, [...fields]],
    );
    // A session of its own, which reads nothing else.
    const { sessionId } = await fixture.target('Contacts');
    return { ...target, sessionId, fields: [...fields] };
  }
  const queried = () => ({ calls: 0, credits: 0, ...fixture.simulator.control.calls().operations['queryRecords'] });
  const unfilled = async ({ connectionId }: SyncTarget) =>
    (await loadFields(fixture.knex, connectionId, 'Contacts'))
      .filter(({ filled, status }) => !filled && status === 'active')
      .map(({ apiName }) => apiName);

  async function assertMirrored(target: SyncTarget): Promise<void> {
    const table = qualifiedTable(await loadMirror(fixture.deps, target));
    const { simulator } = fixture;
    const query = async (sql: string, bindings: readonly (string | number)[]): Promise<object[]> =>
      (await fixture.knex.raw<{ rows: object[] }>(sql, [...bindings])).rows;
    assertSame(await compareMirror({ simulator, module: 'Contacts', ignoring: [], table, query }));
  }

  const fill = (target: SyncTarget, calls = Infinity) =>
    fixture.run(() => fillColumns(fixture.deps, target, new Leg({ calls })));
  async function spent(work: () => Promise<unknown>): Promise<object> {
    const before = queried();
    await work();
    const now = queried();
    return { calls: now.calls - before.calls, credits: now.credits - before.credits };
  }

  it('get the values that Zoho has, and nothing else changes', async () => {
    const target = await lacking('Email', 'Email_Opt_Out', 'Date_of_Birth');

    const { left, updated, created } = await toTheEnd(() => fill(target));

    assert.deepEqual([left, await unfilled(target), created], [[], [], 0]);
    assert.ok(updated > 0);
    await assertMirrored(target);
  });

  it('cost one credit where no record has a value, and four up to 2,200', async () => {
    const empty = await lacking('Department');
    const none = { count: CONTACTS, values: { Department: null } };
    fixture.simulator.control.changeRecords('Contacts', { update: none, silent: true });
    const full = await lacking('Last_Name');

    assert.deepEqual(await spent(() => fill(empty)), { calls: 1, credits: 1 });
    assert.deepEqual(await spent(() => fill(full)), { calls: 2, credits: 4 });
  });

  it('go on where a leg or an attempt has ended', async () => {
    const target = await lacking('Last_Name');

    const first = await fill(target, 1);
    const rest = await spent(() => fill(target));

    assert.deepEqual([first, rest], [{ more: true }, { calls: 1, credits: 3 }]);
    await assertMirrored(target);
  });

  it('are not asked for again by a later leg where an earlier one has left them', async () => {
    const target = await lacking('First_Name', 'Last_Name');
    await fixture.knex.raw(
      `update sync.module_fields set definition = definition || '{"apiName": "Elsewhere"}'
       where connection_id = ? and api_name = 'Last_Name'`,
      [target.connectionId],
    );
    const both = { ...target, fields: ['Elsewhere', 'First_Name'] };

    await fill(both, 2);
    const rest = await spent(() => fill(both));

    assert.deepEqual(rest, { calls: 1, credits: 3 });
    assert.deepEqual(await unfilled(target), ['Elsewhere']);
  });

  it('are left to a comparison where Zoho refuses the query', async () => {
    const target = await lacking('Email');
    await fixture.knex.raw(
      `update sync.module_fields set definition = definition || '{"apiName": "Elsewhere"}'
       where connection_id = ? and api_name = 'Email'`,
      [target.connectionId],
    );

    const { left } = await toTheEnd(() => fill({ ...target, fields: ['Elsewhere'] }));

    assert.deepEqual([left, await unfilled(target)], [['Elsewhere'], ['Elsewhere']]);
  });
});

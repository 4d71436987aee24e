import assert from 'node:assert/strict';
import { refreshMetadata } from '../../../src/activities/maintenance/refresh-metadata';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { getConnection } from '../../../src/db/connections/connections';
import { closeRun } from '../../../src/db/runs/close-run';
import { sessionRun } from '../../../src/domain/runs/run';
import { someSession } from '../../db/support';
import { someOrganization, useActivities } from '../support';

describe('the metadata of an organization', () => {
  const fixture = useActivities({ deals: 5, contacts: 5, leads: 5 });
  let connectionId = '';
  beforeEach(async () => {
    await fixture.simulator.control.reset();
    ({ id: connectionId } = await someOrganization(fixture.knex, fixture.simulator.url));
  });

  /** A module whose table a full sync has made; nobody has configured it, and no session of it is at work. */
  async function mirrored(module: string): Promise<void> {
    const { id: sessionId } = await someSession(fixture.knex, { connectionId, moduleName: module });
    await fixture.run(() => planFullSync(fixture.deps, { connectionId, module, sessionId }));
    await closeRun(fixture.knex, sessionRun(sessionId), { status: 'failed', reason: 'over' });
  }

  /** Operations of Zoho that are called, in the order of their names, and its result. */
  async function refresh() {
    const { control } = fixture.simulator;
    control.clearCalls();
    const done = await fixture.run(() => refreshMetadata(fixture.deps, connectionId));
    return { ...done, calls: Object.keys(control.calls().operations).sort() };
  }

  it('is not asked for before something was synced', async () => {
    assert.deepEqual(await refresh(), { changed: 0, read: 0, calls: [] });
  });

  it('costs two calls while nothing has changed', async () => {
    await mirrored('Deals');

    assert.deepEqual(await refresh(), { changed: 0, read: 0, calls: ['listModules', 'listUsers'] });
  });

  it('shows that a module was renamed, although nobody syncs it', async () => {
    await mirrored('Contacts');
    fixture.simulator.control.renameModule('Contacts', 'People');

    assert.deepEqual(await refresh(), {
      changed: 1,
      read: 1,
      calls: ['getModule', 'listFields', 'listModules', 'listUsers'],
    });

    const names = () => fixture.knex('sync.mirrors').where({ connection_id: connectionId }).pluck<string[]>('api_name');
    assert.deepEqual(await names(), ['People']);
    assert.deepEqual((await refresh()).read, 0);
  });

  it('of the other modules is read where that of one cannot be used', async () => {
    await mirrored('Deals');
    await mirrored('Leads');
    const { mirrorSchema } = await getConnection(fixture.knex, connectionId);
    await fixture.knex.raw('drop table ??.deals', [mirrorSchema]);
    await fixture.knex.raw('create table ??.deals (somebody text)', [mirrorSchema]);
    await fixture.knex('sync.mirrors').where({ connection_id: connectionId }).update({ fields_checked_at: null });

    assert.deepEqual((await refresh()).read, 1);
  });
});

import assert from 'node:assert/strict';
import { claimMirror } from '../../src/db/mirror/mirrors';
import { someSession } from '../db/support';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

describe('a module', function () {
  this.timeout(60_000);
  const engine = useEngine();
  let org: Org;
  beforeEach(async () => {
    org = await engine().org({ deals: 0, leads: 0 });
  });

  const keptIn = async (table: string): Promise<number> => {
    const [row] = await engine().query<{ rows: string }>(`select count(*) as rows from "${org.schema}"."${table}"`);
    return Number(row?.rows);
  };
  const tombstones = async (): Promise<number> => {
    const [row] = await engine().query<{ rows: string }>(
      'select count(*) as rows from sync.tombstones where connection_id = ?',
      [org.connectionId],
    );
    return Number(row?.rows);
  };

  it('never shares a table with another one of a like name', async () => {
    org.zoho.addModule({ apiName: 'SiteVisits', rows: 5, fields: 3 });
    org.zoho.addModule({ apiName: 'Site_Visits', rows: 300, fields: 3 });

    for (const module of ['SiteVisits', 'Site_Visits', 'SiteVisits']) await org.fullSync(module, { path: 'list' });

    assert.deepEqual([await keptIn('site_visits'), await keptIn('site_visits_2'), await tombstones()], [5, 300, 0]);
  });

  it('is the same in any case of its name', async () => {
    org.zoho.addModule({ apiName: 'Visits', rows: 5, fields: 3 });
    await org.fullSync('Visits', { path: 'list' });
    org.zoho.changeRecords('Visits', { insert: { count: 1 }, delete: { count: 1 } });

    const { result, moduleName } = await org.incrementalSync('visits');

    assert.equal(moduleName, 'Visits');
    assert.deepEqual([result?.['created'], result?.['deleted'], await keptIn('visits')], [1, 1, 5]);
  });

  it('keeps its table and where its changes were read to when it is renamed, by its old and its new name', async () => {
    org.zoho.addModule({ apiName: 'Visits', rows: 5, fields: 3 });
    await org.fullSync('Visits', { path: 'list' });
    org.zoho.renameModule('Visits', 'Appointments');
    org.zoho.changeRecords('Appointments', { insert: { count: 1 } });

    const byOldName = await org.incrementalSync('Visits');
    org.zoho.changeRecords('Appointments', { delete: { count: 2 } });
    const byNewName = await org.fullSync('Appointments', { path: 'list' });

    assert.match((await org.logOf(byOldName.id)).join('\n'), /Visits is called Appointments in Zoho now/);
    assert.equal(byNewName.moduleName, 'Visits');
    assert.deepEqual([await keptIn('visits'), await tombstones()], [4, 2]);
  });

  it('that takes the name of a renamed one gets a table of its own', async () => {
    org.zoho.addModule({ apiName: 'Visits', rows: 5, fields: 3 });
    await org.fullSync('Visits', { path: 'list' });
    org.zoho.renameModule('Visits', 'Appointments');
    org.zoho.addModule({ apiName: 'Visits', rows: 2, fields: 3 });

    const session = await org.fullSync('Visits', { path: 'list' });
    await org.fullSync('Appointments', { path: 'list' });

    assert.equal(session.moduleName, 'Visits_2');
    assert.deepEqual([await keptIn('visits'), await keptIn('visits_2'), await tombstones()], [5, 2, 0]);
  });

  it('waits for another session of it, under whatever name that was started', async () => {
    const { id } = org.zoho.addModule({ apiName: 'Visits', rows: 5, fields: 3 });
    await claimMirror(engine().knex, org.connectionId, { id, apiName: 'Visits' });
    const { id: first } = await someSession(engine().knex, { connectionId: org.connectionId, moduleName: 'Visits' });

    const second = await org.waitFor(await org.startFullSync('VISITS', { path: 'list' }), 'failed');

    assert.match(second.errorMessage ?? '', new RegExp(`already being synced by session ${first}`));
  });

  it('whose table somebody else has made is left alone, and the session says which', async () => {
    await engine().knex.raw(
      `create schema "${org.schema}"; create table "${org.schema}".contacts (id bigint primary key, note text not null);
       insert into "${org.schema}".contacts values (1, 'mine')`,
    );

    const session = await org.waitFor(await org.startFullSync('Contacts'), 'failed');

    assert.match(session.errorMessage ?? '', new RegExp(`${org.schema}\\.contacts`));
    const rows = await engine().query<object>(`select * from "${org.schema}".contacts`);
    assert.deepEqual(rows, [{ id: '1', note: 'mine' }]);
  });
});

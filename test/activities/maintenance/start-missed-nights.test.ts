import assert from 'node:assert/strict';
import { startMissedNights } from '../../../src/activities/maintenance/start-missed-nights';
import { insertConfiguration } from '../../../src/db/configurations/configurations';
import { saveNight } from '../../../src/db/connections/connections';
import { closeRun } from '../../../src/db/runs/close-run';
import { sessionRun } from '../../../src/domain/runs/run';
import { createLogger } from '../../../src/logger';
import type { TemporalClient } from '../../../src/temporal/client';
import { missedNightWorkflowId } from '../../../src/temporal/ids';
import { startMissedNight } from '../../../src/temporal/runs/missed-night';
import { someConnection, someSession, useDatabase } from '../../db/support';
import { someSettings } from '../../domain/configurations/some-settings';
import { createNamespace, quietTemporalSdk, sharedTemporal, temporalClient } from '../../support/temporal-server';

const LATER = new Date('2099-06-01T12:00:00Z');
const DATE = '2099-06-01';

describe('nights that have not come', function () {
  this.timeout(60_000);
  const database = useDatabase();
  let temporal: TemporalClient;
  let org = { id: '', name: '' };
  before(async () => {
    quietTemporalSdk();
    const { address } = await sharedTemporal();
    temporal = temporalClient(address, await createNamespace(address));
  });
  after(() => temporal.connection.close());
  beforeEach(async () => {
    await database.knex('sync.sync_configurations').delete();
    org = await someConnection(database.knex);
    await saveNight(database.knex, org.id, { nightlyAt: '02:15', scheduleTimeZone: 'UTC' });
    const content = { connectionId: org.id, moduleName: 'Deals', settings: someSettings({ nightly: 'compare' }) };
    await insertConfiguration(database.knex, `${org.name}-deals`, content, 'test');
  });

  const look = () =>
    startMissedNights(
      {
        knex: database.knex,
        logger: createLogger('test', 'silent'),
        startMissedNight: (night) => startMissedNight(temporal, night),
      },
      LATER,
    );
  /** A night that began at its time. */
  async function aNight(): Promise<string> {
    const { id } = await someSession(database.knex, { connectionId: org.id, sessionType: 'nightly', moduleName: '*' });
    await database.knex.raw('update sync.crm_sync_sessions set started_at = ? where id = ?', [
      new Date('2099-06-01T02:16:00Z'),
      id,
    ]);
    return id;
  }

  it('are started, each of them once', async () => {
    assert.equal(await look(), 1);
    assert.equal(await look(), 0);

    const { type, status } = await temporal.client.workflow.getHandle(missedNightWorkflowId(org.name, DATE)).describe();
    assert.deepEqual([type, status.name], ['nightlySync', 'RUNNING']);
  });

  it('are none while one runs, and after it has failed with a result', async () => {
    const id = await aNight();
    assert.equal(await look(), 0);

    await database.knex.raw(`update sync.crm_sync_sessions set result = '{}' where id = ?`, [id]);
    await closeRun(database.knex, sessionRun(id), { status: 'failed', reason: 'None of 2 modules could be synced.' });

    assert.equal(await look(), 0);
  });

  it('come once more where their workflow was lost, and not where somebody cancelled them', async () => {
    await closeRun(database.knex, sessionRun(await aNight()), { status: 'failed', reason: 'Temporal lost it.' });
    assert.equal(await look(), 1);

    await closeRun(database.knex, sessionRun(await aNight()), { status: 'cancelled', reason: 'by a person' });
    assert.equal(await look(), 0);
  });

  it('are left alone while nights are paused', async () => {
    await database.knex.raw('update sync.connections set nightly_paused_at = now() where id = ?', [org.id]);

    assert.equal(await look(), 0);
  });
});

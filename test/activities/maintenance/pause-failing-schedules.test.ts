import assert from 'node:assert/strict';
import { followConfigurations } from '../../../src/activities/maintenance/follow-configurations';
import { pauseFailingSchedules } from '../../../src/activities/maintenance/pause-failing-schedules';
import { findConfiguration, insertConfiguration } from '../../../src/db/configurations/configurations';
import { listOpenAlerts } from '../../../src/db/health/alerts';
import type { ConnectionModel } from '../../../src/db/models/connection';
import { createLogger } from '../../../src/logger';
import type { TemporalClient } from '../../../src/temporal/client';
import { FAILURES } from '../../../src/temporal/contract/failures';
import { SyncSchedules } from '../../../src/temporal/schedules/sync-schedules';
import { someConnection, someSession, useDatabase } from '../../db/support';
import { someSettings } from '../../domain/configurations/some-settings';
import { createNamespace, quietTemporalSdk, sharedTemporal, temporalClient } from '../../support/temporal-server';

const LASTING = FAILURES.zoho.permission.type;
const PASSING = FAILURES.zoho.server.type;

describe('the schedule of a module whose syncs fail', function () {
  this.timeout(60_000);
  const database = useDatabase();
  let temporal: TemporalClient;
  let org: ConnectionModel;
  const deps = () => ({
    knex: database.knex,
    syncSchedules: new SyncSchedules(temporal),
    logger: createLogger('test', 'silent'),
  });
  before(async () => {
    quietTemporalSdk();
    const { address } = await sharedTemporal();
    temporal = temporalClient(address, await createNamespace(address));
  });
  after(() => temporal.connection.close());
  beforeEach(async () => {
    await database.knex('sync.sync_configurations').delete();
    org = await someConnection(database.knex);
    const settings = someSettings({ pauseAfterFailures: 3 });
    const content = { connectionId: org.id, moduleName: 'Deals', settings };
    await insertConfiguration(database.knex, `${org.name}-deals`, content, 'test');
    await followConfigurations(deps());
  });

  const look = () => pauseFailingSchedules(deps());
  const handle = () => temporal.client.schedule.getHandle(`incremental:${org.name}:Deals`);
  const alerts = async () => (await listOpenAlerts(database.knex, org.id, 9)).map(({ message }) => message);
  /** Whether Temporal and the row say that it is paused, and who did it by the row. */
  async function pauses(): Promise<unknown[]> {
    const { row } = (await findConfiguration(database.knex, `${org.name}-deals`)) ?? {};
    return [(await handle().describe()).state.paused, row?.pausedBy ?? null];
  }

  async function ended(status: 'completed' | 'failed', type = LASTING): Promise<void> {
    const { id } = await someSession(database.knex, { connectionId: org.id, sessionType: 'incremental_sync' });
    const error = status === 'failed' ? 'The user may not read Deals.' : null;
    await database
      .knex('sync.crm_sync_sessions')
      .where({ id })
      .update({ status, completed_at: new Date(), error_message: error });
    if (error === null) return;
    await database.knex('sync.sync_status_logs').insert({
      session_id: id,
      connection_id: org.id,
      log_level: 'ERROR',
      component: 'full_sync',
      message: error,
      data_payload: JSON.stringify({ type }),
      sequence: 1,
      position: 1,
    });
  }

  it('is paused when they have failed so often for the same lasting reason, with an alert that says why', async () => {
    for (const status of ['completed', 'failed', 'failed'] as const) await ended(status);
    await look();
    assert.deepEqual(await pauses(), [false, null]);

    await ended('failed');
    await look();
    await look();

    assert.deepEqual(await pauses(), [true, 'engine']);
    const [alert = '', ...more] = await alerts();
    assert.match(alert, /^The schedule of Deals is paused: 3 syncs in a row failed as zoho\.permission\. The user may/);
    assert.deepEqual(more, []);
  });

  it('goes on when a sync of the module has completed', async () => {
    for (let failure = 0; failure < 3; failure += 1) await ended('failed');
    await look();

    await ended('completed');
    await look();

    assert.deepEqual([await pauses(), await alerts()], [[false, null], []]);
  });

  it('is judged by the syncs since somebody resumed it', async () => {
    for (let failure = 0; failure < 3; failure += 1) await ended('failed');
    await look();
    await handle().unpause('by a person');
    await followConfigurations(deps());

    await look();
    assert.deepEqual([await pauses(), await alerts()], [[false, null], []]);

    for (let failure = 0; failure < 3; failure += 1) await ended('failed');
    await look();
    assert.deepEqual(await pauses(), [true, 'engine']);
  });

  it('goes on where the reason passes by itself, is another each time, or nothing is to pause it', async () => {
    for (let failure = 0; failure < 4; failure += 1) await ended('failed', PASSING);
    await look();
    await ended('failed');
    await ended('failed', FAILURES.module.notMirrorable.type);
    await ended('failed');
    await look();
    await ended('failed');
    await ended('failed');
    await database.knex('sync.sync_configurations').update({ pause_after_failures: 0 });
    await look();

    assert.deepEqual(await pauses(), [false, null]);
  });
});

import assert from 'node:assert/strict';
import { alertHeldTracks } from '../../../src/activities/maintenance/alert-held-tracks';
import { insertConfiguration } from '../../../src/db/configurations/configurations';
import { listOpenAlerts } from '../../../src/db/health/alerts';
import { closeRun } from '../../../src/db/runs/close-run';
import type { SessionType } from '../../../src/domain/runs/enums';
import { sessionRun } from '../../../src/domain/runs/run';
import { someConnection, someSession, useDatabase } from '../../db/support';
import { someSettings } from '../../domain/configurations/some-settings';

const MINUTE_MS = 60_000;

describe('a session that keeps the syncs of a schedule away', () => {
  const database = useDatabase();

  const look = (minutes: number) =>
    alertHeldTracks({ knex: database.knex }, new Date(Date.now() + minutes * MINUTE_MS));

  async function held(sessionType: SessionType, status: 'in_progress' | 'paused', configured = true) {
    const { id: connectionId, name } = await someConnection(database.knex);
    const content = { connectionId, moduleName: 'Deals', settings: someSettings({ syncFrequencyMinutes: 60 }) };
    if (configured) await insertConfiguration(database.knex, `${name}-deals`, content, 'test');
    const { id } = await someSession(database.knex, { connectionId, sessionType });
    await database.knex('sync.crm_sync_sessions').where({ id }).update({ status });
    const alerts = async () => (await listOpenAlerts(database.knex, connectionId, 9)).map(({ message }) => message);
    return { id, alerts };
  }

  it('is told of after three times the frequency, until it ends', async () => {
    const { id, alerts } = await held('incremental_sync', 'paused');

    await look(3 * 60 - 1);
    assert.deepEqual(await alerts(), []);
    await look(3 * 60 + 1);
    const [alert = ''] = await alerts();
    assert.match(
      alert,
      new RegExp(`^Session ${id} of Deals, .* paused, keeps the incremental syncs .* Resume or cancel`),
    );

    await closeRun(database.knex, sessionRun(id), { status: 'cancelled', reason: 'by a person' });
    await look(3 * 60 + 1);
    assert.deepEqual(await alerts(), []);
  });

  it('may be a full sync that somebody has paused for a day, and not one at work', async () => {
    const paused = await held('full_sync', 'paused');
    const atWork = await held('full_sync', 'in_progress');

    await look(23 * 60);
    assert.deepEqual(await paused.alerts(), []);
    await look(25 * 60);

    assert.equal((await paused.alerts()).length, 1);
    assert.deepEqual(await atWork.alerts(), []);
  });

  it('is nobody of a module without a schedule', async () => {
    const { alerts } = await held('incremental_sync', 'in_progress', false);

    await look(30 * 60);

    assert.deepEqual(await alerts(), []);
  });
});

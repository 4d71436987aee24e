import assert from 'node:assert/strict';
import { listOpenAlerts } from '../../src/db/health/alerts';
import { housekeep } from '../support/housekeeping';
import { poll } from '../support/poll';
import { connectAgain, someSchedule } from '../support/reconnect';
import { useEngine } from '../support/use-engine';

describe('an organization whose grant was revoked', function () {
  this.timeout(90_000);
  const engine = useEngine();

  /** Lets the worker look after the schedules now, and waits until it has. */
  async function untilPaused(scheduleId: string, paused: boolean): Promise<void> {
    const { schedule } = engine().temporal.client;
    await poll(
      async () => {
        await housekeep(engine(), 'alignSchedules');
        return (await schedule.getHandle(scheduleId).describe()).state.paused === paused;
      },
      { what: `the schedule has paused = ${paused}`, pauseMs: 500 },
    );
  }

  it('stops its sessions and schedules, raises an alert, and resumes once it is connected again', async () => {
    const org = await engine().org({ contacts: 100 });
    const scheduleId = await someSchedule(org);
    org.zoho.revokeTokens();

    const stopped = await org.waitFor(await org.startFullSync('Contacts'), 'failed');
    await untilPaused(scheduleId, true);
    const alerts = await listOpenAlerts(engine().knex, org.connectionId, 5);
    const callsWhileStopped = org.calls('token');
    await connectAgain(org);
    await untilPaused(scheduleId, false);
    await org.fullSync('Contacts');

    assert.match(stopped.errorMessage ?? '', /Connect the Zoho organization again/);
    assert.deepEqual(
      alerts.map(({ kind }) => kind),
      ['connection.needs_reauth'],
    );
    assert.equal(callsWhileStopped, 3);
    assert.deepEqual(await listOpenAlerts(engine().knex, org.connectionId, 5), []);
  });
});

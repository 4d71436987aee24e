import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { alignSchedules } from '../../../src/activities/maintenance/align-schedules';
import { setConnectionStatus } from '../../../src/db/connections/connections';
import type { TemporalClient } from '../../../src/temporal/client';
import {
  connectionMemo,
  pauseSchedulesOf,
  unpauseSchedulesOf,
} from '../../../src/temporal/schedules/connection-schedules';
import { TASK_QUEUES } from '../../../src/temporal/task-queues';
import { useActivities } from '../../activities/support';
import { someConnection } from '../../db/support';
import { poll } from '../../support/poll';
import { createNamespace, quietTemporalSdk, sharedTemporal, temporalClient } from '../../support/temporal-server';

describe("a connection's schedules", () => {
  const fixture = useActivities();
  let temporal: TemporalClient;
  before(async function () {
    this.timeout(60_000);
    quietTemporalSdk();
    const { address } = await sharedTemporal();
    temporal = temporalClient(address, await createNamespace(address));
  });
  after(() => temporal.connection.close());

  /** A schedule that never fires by itself. */
  async function someSchedule(connectionId: string | undefined): Promise<string> {
    const scheduleId = `test:${randomUUID()}`;
    await temporal.client.schedule.create({
      scheduleId,
      spec: { calendars: [{ year: 2099 }] },
      action: { type: 'startWorkflow', workflowType: 'nothing', taskQueue: TASK_QUEUES.core },
      ...(connectionId !== undefined && { memo: connectionMemo(connectionId) }),
    });
    await listed(scheduleId, false);
    return scheduleId;
  }
  const stateOf = async (scheduleId: string) => (await temporal.client.schedule.getHandle(scheduleId).describe()).state;

  /** Waits until the list of schedules, which lags behind, shows the state. */
  const listed = (scheduleId: string, paused: boolean) =>
    poll(
      async () => {
        for await (const schedule of temporal.client.schedule.list()) {
          if (schedule.scheduleId === scheduleId) return schedule.state.paused === paused;
        }
        return false;
      },
      { what: `schedule ${scheduleId} is listed with paused = ${paused}` },
    );

  it('are paused with a reason, those of others are not', async () => {
    const connectionId = randomUUID();
    const mine = [await someSchedule(connectionId), await someSchedule(connectionId)];
    const others = [await someSchedule(randomUUID()), await someSchedule(undefined)];

    const paused = await pauseSchedulesOf(temporal.client, connectionId, 'the grant is gone');

    assert.equal(paused, 2);
    for (const id of mine) assert.match((await stateOf(id)).note ?? '', /^Paused by Pipeline Pulse Sync: the grant/);
    for (const id of others) assert.equal((await stateOf(id)).paused, false);
  });

  it('are paused once', async () => {
    const connectionId = randomUUID();
    await someSchedule(connectionId);
    await pauseSchedulesOf(temporal.client, connectionId, 'first');

    assert.equal(await pauseSchedulesOf(temporal.client, connectionId, 'second'), 0);
  });

  it('resume, except those that a person paused', async () => {
    const connectionId = randomUUID();
    const [byEngine, byPerson] = [await someSchedule(connectionId), await someSchedule(connectionId)];
    await temporal.client.schedule.getHandle(byPerson).pause('Holidays');
    await pauseSchedulesOf(temporal.client, connectionId, 'the grant is gone');
    await Promise.all([listed(byEngine, true), listed(byPerson, true)]);

    const unpaused = await unpauseSchedulesOf(temporal.client, connectionId, 'connected again');

    assert.equal(unpaused, 1);
    assert.equal((await stateOf(byEngine)).paused, false);
    assert.deepEqual(await stateOf(byPerson).then(({ paused, note }) => [paused, note]), [true, 'Holidays']);
  });

  it('follow the state of the connection', async () => {
    const connection = await someConnection(fixture.knex);
    const scheduleId = await someSchedule(connection.id);
    const schedules = {
      pause: (id: string, why: string) => pauseSchedulesOf(temporal.client, id, why),
      unpause: (id: string, why: string) => unpauseSchedulesOf(temporal.client, id, why),
    };
    const reconcile = () => alignSchedules({ ...fixture.deps, schedules });
    await setConnectionStatus(fixture.knex, connection.id, 'needs_reauth', 'invalid_code');

    const lost = await reconcile();
    const { paused, note } = await stateOf(scheduleId);
    await listed(scheduleId, true);
    await setConnectionStatus(fixture.knex, connection.id, 'active', null);
    const found = await reconcile();

    assert.deepEqual(
      [lost, found],
      [
        { paused: 1, unpaused: 0 },
        { paused: 0, unpaused: 1 },
      ],
    );
    assert.ok(paused);
    assert.match(note ?? '', /needs_reauth \(invalid_code\)/);
    assert.equal((await stateOf(scheduleId)).paused, false);
  });
});

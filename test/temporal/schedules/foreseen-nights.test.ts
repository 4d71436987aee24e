import assert from 'node:assert/strict';
import { nextTimesOfDay } from '../../../src/domain/schedules/next-runs';
import type { TemporalClient } from '../../../src/temporal/client';
import { createNamespace, quietTemporalSdk, sharedTemporal, temporalClient } from '../../support/temporal-server';

/** Days before the clock is put forward in one of the zones. Where it is put back, Temporal runs some times twice. */
const NIGHTS = [
  ['02:30', '2027-03-10T12:00:00Z'],
  ['02:15', '2027-03-24T12:00:00Z'],
  ['00:30', '2027-09-01T12:00:00Z'],
] as const;

describe('nights of which the clock leaves out an hour', function () {
  this.timeout(60_000);
  let temporal: TemporalClient;
  before(async () => {
    quietTemporalSdk();
    const { address } = await sharedTemporal();
    temporal = temporalClient(address, await createNamespace(address));
  });
  after(() => temporal.connection.close());

  for (const timeZone of ['Europe/Berlin', 'America/New_York', 'America/Santiago', 'Asia/Kolkata']) {
    it(`come as they are foreseen, in ${timeZone}`, async () => {
      for (const [at, startAt] of NIGHTS) {
        const [hour = 0, minute = 0] = at.split(':').map(Number);
        const schedule = await temporal.client.schedule.create({
          scheduleId: `foreseen:${timeZone}:${startAt}`,
          spec: { calendars: [{ hour, minute }], timezone: timeZone, startAt: new Date(startAt) },
          action: { type: 'startWorkflow', workflowType: 'nothing', taskQueue: 'nothing' },
        });

        const { nextActionTimes } = (await schedule.describe()).info;

        assert.deepEqual(
          nextActionTimes,
          nextTimesOfDay({ at, timeZone }, new Date(startAt), nextActionTimes.length),
          `${at} after ${startAt}`,
        );
        await schedule.delete();
      }
    });
  }
});

import assert from 'node:assert/strict';
import { DateTime } from 'luxon';
import { isSecondOfNight, missedNight } from '../../../src/domain/schedules/missed-night';
import type { TemporalClient } from '../../../src/temporal/client';
import { createNamespace, quietTemporalSdk, sharedTemporal, temporalClient } from '../../support/temporal-server';

/** A time of the night that each zone's clock leaves out, or shows twice, somewhen in the year. */
const NIGHTS = [
  ['Europe/Berlin', '02:30'],
  ['America/New_York', '02:15'],
  ['Australia/Lord_Howe', '02:10'],
  ['America/Santiago', '00:30'],
  ['Asia/Kolkata', '02:15'],
  ['Africa/Casablanca', '02:15'],
] as const;
const FROM = new Date('2027-01-01T12:00:00Z');
const TO = new Date('2028-01-01T12:00:00Z');
const LOOK_MS = 3_600_000;

describe('a year of nights', function () {
  this.timeout(120_000);
  let temporal: TemporalClient;
  before(async () => {
    quietTemporalSdk();
    const { address } = await sharedTemporal();
    temporal = temporalClient(address, await createNamespace(address));
  });
  after(() => temporal.connection.close());

  /** The times at which Temporal starts the schedule of a night. */
  async function timesOf(timeZone: string, at: string): Promise<Date[]> {
    const [hour = 0, minute = 0] = at.split(':').map(Number);
    const scheduleId = `year:${timeZone}`;
    await temporal.client.schedule.create({
      scheduleId,
      spec: { calendars: [{ hour, minute }], timezone: timeZone },
      action: { type: 'startWorkflow', workflowType: 'nothing', taskQueue: 'nothing' },
    });
    const seconds = (time: Date) => ({ seconds: (time.getTime() / 1_000) as never });
    const { startTime } = await temporal.connection.workflowService.listScheduleMatchingTimes({
      namespace: temporal.namespace,
      scheduleId,
      startTime: seconds(FROM),
      endTime: seconds(TO),
    });
    return startTime.map((time) => new Date(Number(time.seconds) * 1_000));
  }

  for (const [timeZone, at] of NIGHTS) {
    it(`has one on every day in ${timeZone}`, async () => {
      const byTemporal = await timesOf(timeZone, at);
      const began: Date[] = [];
      const looks = Array.from({ length: (TO.getTime() - FROM.getTime()) / LOOK_MS }, (_, look) => ({
        time: new Date(FROM.getTime() + look * LOOK_MS),
        isLook: true,
      }));
      const events = [...looks, ...byTemporal.map((time) => ({ time, isLook: false }))];

      for (const { time, isLook } of events.toSorted((one, other) => one.time.getTime() - other.time.getTime())) {
        const last = began.at(-1) ?? null;
        const begins = isLook
          ? missedNight({ at, timeZone }, { beganAt: last, wantedSince: FROM }, time) !== undefined
          : !isSecondOfNight(last, time);
        if (begins) began.push(time);
      }

      const days = began.map((time) => DateTime.fromJSDate(time, { zone: timeZone }).toISODate());
      const first = DateTime.fromJSDate(began[0] ?? FROM, { zone: timeZone });
      assert.deepEqual(
        days,
        Array.from({ length: 365 }, (_, day) => first.plus({ days: day }).toISODate()),
      );
    });
  }
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextGap, nextIntervals, nextTimesOfDay } from '../../../src/domain/schedules/next-runs';

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Asia/Kolkata',
  'Africa/Casablanca',
];
const iso = (times: readonly Date[]) => times.map((time) => time.toISOString());

describe('the next nights', () => {
  it('keep the time on the wall when the clock changes', () => {
    const night = { at: '02:15', timeZone: 'Europe/Berlin' };

    assert.deepEqual(iso(nextTimesOfDay(night, new Date('2027-03-26T12:00:00Z'), 3)), [
      '2027-03-27T01:15:00.000Z',
      '2027-03-29T00:15:00.000Z',
      '2027-03-30T00:15:00.000Z',
    ]);
  });

  it('come once in the night whose hour comes twice', () => {
    const night = { at: '02:30', timeZone: 'Europe/Berlin' };

    assert.deepEqual(iso(nextTimesOfDay(night, new Date('2027-10-30T12:00:00Z'), 2)), [
      '2027-10-31T00:30:00.000Z',
      '2027-11-01T01:30:00.000Z',
    ]);
  });

  it('are missing where the clock leaves their time out, which ends when the clock goes on', () => {
    assert.deepEqual(nextGap({ at: '02:15', timeZone: 'Europe/Berlin' }, new Date('2027-01-01T00:00:00Z'), 365), {
      date: '2027-03-28',
      endsAt: new Date('2027-03-28T01:00:00Z'),
    });
    // Half an hour is left out here.
    assert.deepEqual(nextGap({ at: '02:15', timeZone: 'Australia/Lord_Howe' }, new Date('2027-07-01T00:00:00Z'), 365), {
      date: '2027-10-03',
      endsAt: new Date('2027-10-02T15:30:00Z'),
    });
    assert.equal(nextGap({ at: '02:15', timeZone: 'Asia/Kolkata' }, new Date('2027-01-01T00:00:00Z'), 365), undefined);
  });

  it('have one a day, except for the days with a gap, at the time on the wall', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        (timeZone, hour, minute, after) => {
          const at = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
          const wall = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });

          const times = nextTimesOfDay({ at, timeZone }, after, 8);

          const shown = times.map((time) => wall.format(time).split(' '));
          assert.ok(times.every((time) => time > after));
          assert.ok(shown.every(([, time]) => time === at));
          assert.equal(new Set(shown.map(([date]) => date)).size, 8);
          const span = (times[7]?.getTime() ?? 0) - after.getTime();
          const gap = nextGap({ at, timeZone }, after, 9);
          assert.ok(span <= (gap ? 9 : 8) * 86_400_000 + 2 * 3_600_000, `${span}`);
        },
      ),
    );
  });
});

describe('the next times of an interval', () => {
  it('are counted from 1970 on, each at its offset', () => {
    assert.deepEqual(iso(nextIntervals(15, 40, new Date('2026-11-28T06:45:40Z'), 2)), [
      '2026-11-28T07:00:40.000Z',
      '2026-11-28T07:15:40.000Z',
    ]);
  });
});

import { DateTime, IANAZone } from 'luxon';

/** Days that are looked through for nights: one of them may be missing. */
const MOST_DAYS = 400;

/** A time of day, `HH:MM` or `HH:MM:SS`, in a time zone by its IANA name. */
export interface TimeOfDay {
  at: string;
  timeZone: string;
}

/** Whether a name is a time zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** The time of a connection's night. A zone that this runtime does not know counts as none. */
export function nightOf({
  nightlyAt,
  scheduleTimeZone,
  orgTimeZone,
}: {
  nightlyAt: string;
  scheduleTimeZone: string | null;
  orgTimeZone: string | null;
}): TimeOfDay {
  const timeZone = [scheduleTimeZone, orgTimeZone].find((zone) => zone !== null && isTimeZone(zone)) ?? 'UTC';
  return { at: nightlyAt, timeZone };
}

/**
 * The next times of an interval that is counted from 1970 on, as Temporal counts it, without the jitter.
 * @param offsetSeconds how long after the beginning of each interval
 */
export function nextIntervals(everyMinutes: number, offsetSeconds: number, after: Date, count: number): Date[] {
  const every = everyMinutes * 60_000;
  const offset = offsetSeconds * 1_000;
  const first = Math.floor((after.getTime() - offset) / every) + 1;
  return Array.from({ length: count }, (_, at) => new Date((first + at) * every + offset));
}

/**
 * The next times of a clock on the wall. Where the clock is put forward over the time, that day has none; where it is
 * put back, the first of the two counts.
 */
export function nextTimesOfDay({ at, timeZone }: TimeOfDay, after: Date, count: number): Date[] {
  const times: Date[] = [];
  let day = DateTime.fromJSDate(after, { zone: timeZone }).startOf('day');
  for (let looked = 0; times.length < count && looked < MOST_DAYS; looked += 1) {
    const time = timeOn(day, at);
    if (time && time > after) times.push(time);
    day = day.plus({ days: 1 });
  }
  return times;
}

/**
 * The next day of which the clock leaves out the time.
 * @param days to look at, the one of `from` included
 * @returns the day as `YYYY-MM-DD`, and when the clock shows a time after the gap first
 */
export function nextGap(
  { at, timeZone }: TimeOfDay,
  from: Date,
  days: number,
): { date: string; endsAt: Date } | undefined {
  let day = DateTime.fromJSDate(from, { zone: timeZone }).startOf('day');
  for (let looked = 0; looked < days; looked += 1) {
    if (!timeOn(day, at)) return { date: day.toISODate() ?? '', endsAt: endOfGap(day, at) };
    day = day.plus({ days: 1 });
  }
  return undefined;
}

/** The night of a day. */
export interface NightOfDay {
  /** `YYYY-MM-DD` */
  date: string;
  /** The time of the night, or the end of the gap in which that lies. */
  begins: Date;
  /** The clock leaves its time out. */
  isInGap: boolean;
}

/** The latest night that is over for a while. @param waitMs how long after it has begun a night counts */
export function latestNight(
  { at, timeZone }: TimeOfDay,
  now: Date,
  waitMs: (night: NightOfDay) => number,
): NightOfDay | undefined {
  const today = DateTime.fromJSDate(now, { zone: timeZone }).startOf('day');
  return [today, today.minus({ days: 1 })]
    .map((day): NightOfDay => {
      const time = timeOn(day, at);
      return { date: day.toISODate() ?? '', begins: time ?? endOfGap(day, at), isInGap: time === undefined };
    })
    .find((night) => night.begins.getTime() + waitMs(night) <= now.getTime());
}

/** Undefined where the clock leaves the time out on this day. */
function timeOn(day: DateTime, at: string): Date | undefined {
  const { hour, minute, second } = partsOf(at);
  const time = day.set({ hour, minute, second });
  if (time.hour !== hour || time.minute !== minute) return undefined;
  const [first = time] = time.getPossibleOffsets();
  return first.toJSDate();
}

/** A time in a gap is read as if the clock had not been put forward: it lies as far behind the end as it is in the gap. */
function endOfGap(day: DateTime, at: string): Date {
  const { hour, minute, second } = partsOf(at);
  const behind = day.set({ hour, minute, second });
  let end = behind.startOf('minute');
  while (end.minus({ minutes: 1 }).offset === behind.offset) end = end.minus({ minutes: 1 });
  return end.toJSDate();
}

function partsOf(at: string): { hour: number; minute: number; second: number } {
  const [hour = 0, minute = 0, second = 0] = at.split(':').map(Number);
  return { hour, minute, second };
}

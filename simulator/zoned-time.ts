import type { ByteSink } from './data/byte-sink';

const DAY_SECONDS = 86_400;
/** Days from 1970-01-01 that the tables cover: 1900 to 2100. */
const FIRST_DAY = -25_567;
const LAST_DAY = 47_482;
const UNKNOWN = 0x7fff;
const MIXED = 0x7ffe;

const dateTexts: string[] = [];
const clockTexts: string[] = [];

/** `YYYY-MM-DD` of a day number counted from 1970-01-01. */
export function dateText(day: number): string {
  const slot = day - FIRST_DAY;
  let text = dateTexts[slot];
  if (text === undefined) {
    text = new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
    dateTexts[slot] = text;
  }
  return text;
}

/** `THH:MM:SS` of a second of the day. */
function clockText(second: number): string {
  let text = clockTexts[second];
  if (text === undefined) {
    text = new Date(second * 1000).toISOString().slice(10, 19);
    clockTexts[second] = text;
  }
  return text;
}

/**
 * Instants as the CRM writes them: whole seconds in the organization's time zone with a numeric offset that follows
 * daylight saving time (`2026-01-28T13:00:05-05:00`).
 */
export class ZonedTime {
  readonly #format: Intl.DateTimeFormat;
  /** Offset in minutes of each UTC day, or MIXED on days with a change. */
  readonly #dayOffsets = new Int16Array(LAST_DAY - FIRST_DAY + 1).fill(UNKNOWN);
  readonly #offsetTexts = new Map<number, string>();
  readonly zone: string;

  constructor(zone: string) {
    this.zone = zone;
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  }

  /** The text of an instant given in seconds since 1970. */
  format(seconds: number): string {
    const offset = this.offsetMinutes(seconds);
    const local = seconds + offset * 60;
    const day = Math.floor(local / DAY_SECONDS);
    return dateText(day) + clockText(local - day * DAY_SECONDS) + this.#offsetText(offset);
  }

  /** Writes what `format` gives. */
  write(sink: ByteSink, seconds: number): void {
    const offset = this.offsetMinutes(seconds);
    const local = seconds + offset * 60;
    const day = Math.floor(local / DAY_SECONDS);
    const second = local - day * DAY_SECONDS;
    sink.ascii(dateText(day));
    sink.ascii('T');
    sink.digits((second / 3600) | 0, 2);
    sink.ascii(':');
    sink.digits(((second / 60) | 0) % 60, 2);
    sink.ascii(':');
    sink.digits(second % 60, 2);
    sink.ascii(this.#offsetText(offset));
  }

  /** Minutes east of UTC at an instant. */
  offsetMinutes(seconds: number): number {
    const day = Math.floor(seconds / DAY_SECONDS);
    const slot = day - FIRST_DAY;
    let offset = this.#dayOffsets[slot] ?? MIXED;
    if (offset === UNKNOWN) {
      const start = this.#measure(day * DAY_SECONDS);
      offset = start === this.#measure((day + 1) * DAY_SECONDS) ? start : MIXED;
      this.#dayOffsets[slot] = offset;
    }
    return offset === MIXED ? this.#measure(seconds) : offset;
  }

  #measure(seconds: number): number {
    const name = this.#format.formatToParts(seconds * 1000).find((part) => part.type === 'timeZoneName')?.value ?? '';
    const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
    if (!match) return 0;
    const minutes = Number(match[2]) * 60 + Number(match[3]);
    return match[1] === '-' ? -minutes : minutes;
  }

  #offsetText(minutes: number): string {
    let text = this.#offsetTexts.get(minutes);
    if (text === undefined) {
      const absolute = Math.abs(minutes);
      const two = (n: number): string => String(n).padStart(2, '0');
      text = `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
      this.#offsetTexts.set(minutes, text);
    }
    return text;
  }
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:?\d{2})$/;

/** Seconds since 1970 of an ISO 8601 text with an offset and whole seconds, or undefined when it is not one. */
export function parseInstant(text: string): number | undefined {
  // A plus sign in a query string that nobody encoded arrives as a space.
  const repaired = text.trim().replace(/ (\d{2}:?\d{2})$/, '+$1');
  if (!INSTANT.test(repaired)) return undefined;
  const milliseconds = Date.parse(repaired);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}

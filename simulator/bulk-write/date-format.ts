/** Parts of a date that were read from a text and, where the pattern has them, of a time. */
export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Seconds since midnight. */
  readonly second: number;
  /** Minutes east of UTC; undefined where the pattern has no offset. */
  readonly offset?: number;
}

/** Text that each letter of a pattern matches, and the part it gives. */
const LETTERS: Readonly<Record<string, readonly [part: string, expression: string]>> = {
  yyyy: ['year', '\\d{4}'],
  MM: ['month', '\\d{2}'],
  M: ['month', '\\d{1,2}'],
  dd: ['day', '\\d{2}'],
  d: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{2}'],
  H: ['hour', '\\d{1,2}'],
  hh: ['hour', '\\d{2}'],
  h: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d{2}'],
  ss: ['second', '\\d{2}'],
  a: ['half', '[AaPp][Mm]'],
  XXX: ['offset', 'Z|[+-]\\d{2}:\\d{2}'],
  XX: ['offset', 'Z|[+-]\\d{4}'],
  Z: ['offset', '[+-]\\d{4}'],
};
const TOKEN = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g;

/** Reads texts of one pattern, e.g. `yyyy-MM-dd'T'HH:mm:ssXXX`. */
export type DateReader = (text: string) => DateParts | undefined;

/** Compiles a pattern; undefined if it has unknown letters or gives no whole date. */
export function dateReader(pattern: string): DateReader | undefined {
  const parts: string[] = [];
  let expression = '';
  for (const [token, quoted] of pattern.matchAll(TOKEN)) {
    const letter = LETTERS[token];
    if (letter) {
      parts.push(letter[0]);
      expression += `(${letter[1]})`;
    } else if (quoted === undefined && /[A-Za-z]/.test(token)) {
      return undefined;
    } else {
      expression += (quoted ?? token).replaceAll(/[^\w\s]/g, '\\$&');
    }
  }
  if (!['year', 'month', 'day'].every((part) => parts.includes(part))) return undefined;
  const whole = new RegExp(`^${expression}$`);
  return (text) => {
    const found = whole.exec(text.trim());
    return found ? partsOf(Object.fromEntries(parts.map((part, i) => [part, found[i + 1] ?? '']))) : undefined;
  };
}

function partsOf(found: Readonly<Record<string, string>>): DateParts | undefined {
  const number = (part: string): number => Number(found[part] ?? 0);
  const [year, month, day] = [number('year'), number('month'), number('day')];
  const half = found['half']?.toLowerCase();
  const hour = half === undefined ? number('hour') : (number('hour') % 12) + (half === 'pm' ? 12 : 0);
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 23 || number('minute') > 59 || number('second') > 59) return undefined;
  const second = hour * 3600 + number('minute') * 60 + number('second');
  const offset = found['offset'];
  return { year, month, day, second, ...(offset !== undefined && { offset: offsetMinutes(offset) }) };
}

function offsetMinutes(text: string): number {
  if (text === 'Z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return text.startsWith('-') ? -minutes : minutes;
}

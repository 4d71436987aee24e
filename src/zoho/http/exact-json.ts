import { type CallLabel, requestBug } from '../errors/errors';

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A number of any length and precision that is written into a body digit by digit, never through a double. */
export class JsonNumber {
  readonly text: string;

  /**
   * @param text as PostgreSQL prints a numeric, such as `1234567890123456.70`.
   * @throws RangeError for a text that is no JSON number.
   */
  constructor(text: string) {
    if (!NUMBER.test(text)) throw new RangeError('An exact number must be written as a JSON number.');
    this.text = text;
  }
}

/**
 * A value of a record as Zoho takes it. `null` clears a field; a key that is absent or undefined keeps its value. Ids
 * are strings; numbers that come from the database are `JsonNumber`s.
 */
export type RecordValue =
  | null
  | string
  | boolean
  | number
  | JsonNumber
  | readonly RecordValue[]
  | { readonly [key: string]: RecordValue | undefined };

/**
 * JSON text in which every number is exact.
 *
 * @throws ZohoError `request_bug` for what JSON would change in silence: a number that is not finite or an integer
 *   that a double cannot hold, undefined in a list, a date or another object with a form of its own.
 */
export function exactJson(label: CallLabel, value: unknown): string {
  const text = write(label, value);
  if (text === undefined) throw requestBug(label, 'the body has a part that is no JSON');
  return text;
}

function write(label: CallLabel, value: unknown): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') return writeNumber(label, value);
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => exactJson(label, item)).join(',')}]`;
  if (!isPlain(value)) return undefined;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(key)}:${exactJson(label, member)}`);
  return `{${members.join(',')}}`;
}

function writeNumber(label: CallLabel, value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw requestBug(label, 'the body has a number that a double cannot hold');
  }
  return JSON.stringify(value);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

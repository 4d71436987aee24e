/**
 * Characters by which a text could command the terminal or turn a line around: control characters, marks of direction,
 * and separators of lines.
 */
const COMMANDS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const LINE_BREAKS = /[\n\r\t]+/g;

/**
 * Text for the terminal, of any number of lines: what could command the terminal stands there as `\uXXXX`. JSON keeps
 * its meaning, since outside of its strings it has none of these characters but white space.
 */
export function printableLines(text: string): string {
  const escape = (sign: string): string => (sign === '\n' || sign === '\t' ? sign : escaped(sign));
  return text.replaceAll('\r', ' ').replaceAll(COMMANDS, escape);
}

/** Value that came from elsewhere, with all texts in it: nothing can end its line or command the terminal. */
export function printableValue<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(LINE_BREAKS, ' ').replaceAll(COMMANDS, escaped);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [clean(name), clean(part)]));
}

function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

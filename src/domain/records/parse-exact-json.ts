/** Deeper than any caller has reason to send; the limit keeps nested input from exhausting the stack. */
export const MAX_JSON_DEPTH = 64;

/** U+0001, which JSON texts can contain only as this escape: it distinguishes former numbers from strings. */
const MARK = '\u0001';
const SPELLED_MARK = '\\u0001';
/** Matches a string, with the colon after it if it is a key; a number; a bracket. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|(-?\d[\d.eE+-]*)|[[{\]}]/g;

/**
 * Parses JSON without passing its numbers through a double.
 *
 * @param number makes the value of a number from its digits as written
 * @throws SyntaxError if the text is not JSON; RangeError for more than 64 levels. Neither message repeats the text.
 */
export function parseExactJson(text: string, number: (digits: string) => unknown): unknown {
  assertJson(text);
  let depth = 0;
  const marked = text.replaceAll(TOKEN, (token, string?: string, colon?: string, digits?: string) => {
    if (digits !== undefined) return `"${SPELLED_MARK}n${digits}"`;
    if (string !== undefined) return colon === undefined ? markedText(string) : token;
    depth += token === '[' || token === '{' ? 1 : -1;
    if (depth > MAX_JSON_DEPTH) throw new RangeError(`JSON is nested more than ${MAX_JSON_DEPTH} levels deep.`);
    return token;
  });
  return JSON.parse(marked, (_key, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(MARK)) return value;
    return value[1] === 'n' ? number(value.slice(2)) : MARK + value.slice(2);
  });
}

/** Escapes a string that begins with the mark itself: a second mark and a letter go in front of it. */
function markedText(string: string): string {
  return string.startsWith(`"${SPELLED_MARK}`) ? `"${SPELLED_MARK}t${string.slice(SPELLED_MARK.length + 1)}` : string;
}

function assertJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new SyntaxError('The text is not JSON.');
  }
}

/** A string, or a number, of a JSON text. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const WHOLE = /^-?\d{16,}$/;
/** Begins texts that stand for numbers between the two steps of parsing; no JSON text can hold it unescaped. */
const MARK = '\uE000number:';

/**
 * Parses JSON whose whole numbers keep their digits: one that a JavaScript number would round becomes a bigint. Clients
 * in typed languages send ids and bigints as numbers.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  let hasLong = false;
  const marked = text.replace(STRING_OR_NUMBER, (token) => {
    if (!WHOLE.test(token) || Number.isSafeInteger(Number(token))) return token;
    hasLong = true;
    return JSON.stringify(`${MARK}${token}`);
  });
  // What is not JSON must be refused as it was sent.
  if (!hasLong) return JSON.parse(text);
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  );
}

/** An id, which may be sent as a text or as a number; undefined for anything else. */
export function idText(given: unknown): string | undefined {
  if (typeof given === 'string') return given;
  return typeof given === 'bigint' || Number.isSafeInteger(given) ? String(given) : undefined;
}

/** Serializes JSON; bigints are written as numbers. */
export function toJson(value: unknown): string {
  let hasLong = false;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'bigint') return part;
    hasLong = true;
    return `${MARK}${part}`;
  });
  return hasLong ? text.replaceAll(new RegExp(`"${MARK}(-?\\d+)"`, 'g'), '$1') : text;
}

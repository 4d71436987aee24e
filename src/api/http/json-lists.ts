import { setImmediate } from 'node:timers/promises';
import type { JsonList } from '../../domain/records/json-scan';
import { Problem } from './problem';

/** Bytes that are parsed and checked before other requests get their turn: a few milliseconds of work. */
const PIECE_BYTES = 64 * 1024;
/** Most bytes of a body outside of its lists. */
const MAX_OUTLINE = 100 * 1024;
const OUTLINE_TOO_LARGE = `The body has more than ${MAX_OUTLINE.toLocaleString('en-US')} bytes beside its records.`;

/** Bytes of a body, with its long lists if its route has some. */
export interface ScannedBody {
  readonly bytes: Buffer;
  readonly lists: readonly JsonList[];
}

/** Items of a list that follow each other. */
interface Piece {
  /** Position of the first one in the list. */
  readonly first: number;
  readonly items: readonly unknown[];
}

/**
 * Text of a body in which every list has its number in place of its items. It is small enough to be parsed at once, and
 * is JSON where the body is.
 * @throws Problem `malformed_json`, `payload_too_large`
 */
export function outlineText({ bytes, lists }: ScannedBody): string {
  const kept: Buffer[] = [];
  let from = 0;
  for (const [number, { start, end }] of lists.entries()) {
    if (end < start) throw malformed();
    kept.push(bytes.subarray(from, start), Buffer.from(String(number)));
    from = end;
  }
  kept.push(bytes.subarray(from));
  const size = kept.reduce((sum, { length }) => sum + length, 0);
  if (size > MAX_OUTLINE) throw new Problem('payload_too_large', OUTLINE_TOO_LARGE);
  return Buffer.concat(kept, size).toString('utf8');
}

export function countItems(bytes: Buffer, { start, end, commas }: JsonList): number {
  if (commas.length > 0) return commas.length + 1;
  return bytes.subarray(start, end).some((byte) => byte > 0x20) ? 1 : 0;
}

/**
 * Parses a list piece by piece. Before each the event loop turns, so that a long list holds up nobody else's request.
 * @throws Problem `malformed_json`
 */
export async function* itemsOf(bytes: Buffer, list: JsonList): AsyncGenerator<Piece> {
  const count = countItems(bytes, list);
  const startOf = (position: number): number => (position === 0 ? list.start : (list.commas[position - 1] ?? 0) + 1);
  const endOf = (position: number): number => list.commas[position] ?? list.end;
  for (let first = 0, next = 0; first < count; first = next) {
    while (next < count && (next === first || endOf(next) - startOf(first) <= PIECE_BYTES)) next += 1;
    await setImmediate();
    yield { first, items: parseItems(bytes.toString('utf8', startOf(first), endOf(next - 1)), next - first) };
  }
}

/** A comma too many makes a text of fewer items than it has commas for. */
function parseItems(text: string, count: number): readonly unknown[] {
  try {
    const items = JSON.parse(`[${text}]`) as unknown[];
    if (items.length === count) return items;
  } catch {
    // The parser's own message quotes the text.
  }
  throw malformed();
}

function malformed(): Problem {
  return new Problem('malformed_json', 'The body is not valid JSON.');
}

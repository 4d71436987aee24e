import { unexpectedAnswer, unreadableAnswer, type CallLabel } from '../errors/errors';
import { parseAnswer } from '../http/response';
import type { ZohoAnswer } from '../http/transport';

/** One page of records, as bytes: PostgreSQL unpacks them, JavaScript does not. */
export interface RecordPage {
  /** The JSON bytes, untouched: `{"data":[...],"info":{...}}`. Null if there are no records (204, 304). */
  body: Buffer | null;
  /** Records in `body`, as Zoho states it. */
  count: number;
  moreRecords: boolean;
  /** Bound to the user and to every other parameter of the call; lives 24 hours. */
  nextPageToken: string | null;
  /** Zoho's clock when it answered. */
  serverTime: Date;
}

export interface PageInfo {
  count: number;
  moreRecords: boolean;
  nextPageToken: string | null;
}

/** The `info` object has about 300 bytes; a longer tail means that another key comes last. */
const MAX_INFO = 16_384;
const CLOSING_BRACE = 0x7d;
const BACKSLASH = 0x5c;

/** Reads the page of a good answer to a list call or a query. */
export function readRecordPage(label: CallLabel, answer: ZohoAnswer): RecordPage {
  const { body, serverTime, status } = answer;
  if (body === null) return { body, count: 0, moreRecords: false, nextPageToken: null, serverTime };
  const info = infoAtTail(body) ?? infoByParsing(label, status, body);
  return { body, ...info, serverTime };
}

/**
 * Finds the top-level `info` object without parsing the records before it; null if it is not at the end.
 *
 * Sound for every valid JSON text: a quote that is not escaped and is followed by `info"` opens a string, a colon
 * after it makes that a key, and when one object and the closing brace of the text are all that follows, the key is a
 * top-level one. A cut text shows by its length on the line, and here by the missing end.
 */
export function infoAtTail(body: Buffer): PageInfo | null {
  let end = body.length;
  while (end > 0 && isSpace(body[end - 1])) end -= 1;
  if (body[end - 1] !== CLOSING_BRACE) return null;
  const key = body.lastIndexOf('"info"', end);
  if (key < 1 || body[key - 1] === BACKSLASH || end - key > MAX_INFO) return null;
  const text = /^"info"\s*:\s*(\{[^]*\})\s*$/.exec(body.toString('utf8', key, end - 1))?.[1];
  if (text === undefined) return null;
  try {
    return pageInfo(JSON.parse(text));
  } catch {
    return null;
  }
}

function infoByParsing(label: CallLabel, status: number, body: Buffer): PageInfo {
  const value = parseAnswer(label, status, body) as Record<string, unknown> | null;
  if (typeof value !== 'object') throw unreadableAnswer(label, status, 'the answer is not a JSON object');
  const info = pageInfo(value?.['info']);
  if (info === null || !Array.isArray(value?.['data'])) throw unexpectedAnswer(label, status, 'data and info');
  return info;
}

function pageInfo(info: unknown): PageInfo | null {
  if (typeof info !== 'object' || info === null) return null;
  const { count, more_records, next_page_token } = info as Record<string, unknown>;
  if (typeof count !== 'number' || typeof more_records !== 'boolean') return null;
  return {
    count,
    moreRecords: more_records,
    nextPageToken: typeof next_page_token === 'string' ? next_page_token : null,
  };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

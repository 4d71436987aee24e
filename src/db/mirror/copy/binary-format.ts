import type { ColumnType } from '../../../domain/mirror/mirror-field';

/** Header and trailer of a COPY in binary format (PostgreSQL: COPY, Binary Format). */
export const BINARY_HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
export const BINARY_TRAILER = Buffer.from([0xff, 0xff]);

const NULL_LENGTH = -1;
const EPOCH_2000 = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;
const NEGATIVE_SIGN = 0x4000;

/**
 * Rows of COPY's binary format in its text format, for loads that cannot use the binary one.
 * @param types of the columns
 * @param lastCell put behind the columns of each row
 */
export function binaryToText(rows: Buffer, types: readonly ColumnType[], lastCell?: string): Buffer {
  const lines: string[] = [];
  for (let at = 0; at < rows.length;) {
    const cells = types.map(() => '');
    at = eachCell(rows, at, (column, value) => {
      cells[column] = value === null ? '\\N' : textOf(types[column] as ColumnType, value);
    });
    if (lastCell !== undefined) cells.push(lastCell);
    lines.push(`${cells.join('\t')}\n`);
  }
  // Bytes stay as they are, also those that are no UTF-8.
  return Buffer.from(lines.join(''), 'latin1');
}

/** Each row by itself, with what its first column, a bigint, has. */
export function* binaryRowsOf(rows: Buffer): Generator<{ id: string; row: Buffer }> {
  let start = 0;
  while (start < rows.length) {
    let id = '';
    const end = eachCell(rows, start, (column, value) => {
      if (column === 0 && value) id = value.readBigInt64BE().toString();
    });
    yield { id, row: rows.subarray(start, end) };
    start = end;
  }
}

/** Values of the first column, a bigint, of all rows, without a look at the others. */
export function binaryIdsOf(rows: Buffer): string[] {
  const ids: string[] = [];
  let at = 0;
  while (at < rows.length) {
    const columns = rows.readInt16BE(at);
    at += 2;
    if (columns > 0 && rows.readInt32BE(at) !== NULL_LENGTH) ids.push(rows.readBigInt64BE(at + 4).toString());
    for (let column = 0; column < columns; column += 1) at += 4 + Math.max(rows.readInt32BE(at), 0);
  }
  return ids;
}

/** @returns where the row ends */
function eachCell(rows: Buffer, from: number, visit: (column: number, value: Buffer | null) => void): number {
  const columns = rows.readInt16BE(from);
  let at = from + 2;
  for (let column = 0; column < columns; column += 1) {
    const length = rows.readInt32BE(at);
    const start = at + 4;
    at = start + Math.max(length, 0);
    visit(column, length === NULL_LENGTH ? null : rows.subarray(start, at));
  }
  return at;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeForCopy(text: string): string {
  return text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] as string);
}

function textOf(type: ColumnType, value: Buffer): string {
  switch (type) {
    case 'text':
      return escapeForCopy(value.toString('latin1'));
    case 'jsonb':
      return escapeForCopy(value.toString('latin1', 1));
    case 'bigint':
      return value.readBigInt64BE().toString();
    case 'integer':
      return value.readInt32BE().toString();
    case 'boolean':
      return value[0] === 1 ? 'true' : 'false';
    case 'date':
      return new Date(EPOCH_2000 + value.readInt32BE() * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
    case 'timestamptz':
      return timestampText(value.readBigInt64BE());
    case 'numeric':
      return numericText(value);
  }
}

function timestampText(microseconds: bigint): string {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((microseconds - fraction) / 1_000_000n);
  const second = new Date(EPOCH_2000 + seconds * 1000).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  return `${second}.${String(fraction).padStart(6, '0')}+00:00`;
}

/** A `numeric` has groups of four digits; the weight of the first one is its distance from the decimal point. */
function numericText(value: Buffer): string {
  const weight = value.readInt16BE(2);
  const decimals = value.readUInt16BE(6);
  const group = (place: number): string => {
    const index = weight - place;
    const isThere = index >= 0 && index < value.readInt16BE(0);
    return String(isThere ? value.readInt16BE(8 + 2 * index) : 0).padStart(4, '0');
  };
  const groups = (from: number, to: number): string =>
    Array.from({ length: Math.max(from - to + 1, 0) }, (_, index) => group(from - index)).join('');
  const whole = groups(weight, 0).replace(/^0+(?=\d)/, '') || '0';
  const fraction = groups(-1, -Math.ceil(decimals / 4)).slice(0, decimals);
  const sign = value.readUInt16BE(4) === NEGATIVE_SIGN ? '-' : '';
  return sign + whole + (decimals > 0 ? `.${fraction}` : '');
}

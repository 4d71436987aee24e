import assert from 'node:assert/strict';
import { pipeline as chain, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { from as copyFrom } from 'pg-copy-streams';
import { UnusualValue } from '../../../../src/db/mirror/copy/copy-kernel';
import { csvToBinary, LineTooLong } from '../../../../src/db/mirror/copy/csv-to-binary';
import { withRawTransaction } from '../../../../src/db/postgres/raw-connection';
import type { ColumnType } from '../../../../src/domain/mirror/mirror-field';
import { useDatabase } from '../../support';

const TYPES: readonly ColumnType[] = ['bigint', 'text', 'numeric', 'boolean', 'date', 'timestamptz', 'integer', 'text'];
const NAMES = TYPES.map((_type, index) => `column_${index}`);
const HEADER = `${NAMES.join(',')}\n`;

/** Cuts a file into pieces of so many bytes, the last number again and again. */
function* pieces(file: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let start = 0;
  for (let index = 0; start < file.length; index += 1) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? file.length;
    yield file.subarray(start, start + size);
    start += size;
  }
}

function convert(csv: string | Buffer, types = TYPES, sizes: readonly number[] = []): Promise<Buffer> {
  const source = Readable.from(pieces(Buffer.from(csv), sizes));
  return buffer(chain(source, csvToBinary(types), () => undefined));
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const textCell = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom('"', '""', ',', '\n', '\r\n', '\\.', '\\N', ' ', 'x'.repeat(300)),
  )
  .map((text) => text.replaceAll('\0', ''))
  .chain((text) => (/[",\r\n]/.test(text) ? fc.constant(quoted(text)) : fc.constantFrom(text, quoted(text))));
const maybeQuoted = (cell: fc.Arbitrary<string>) => cell.chain((text) => fc.constantFrom(text, quoted(text), ''));
const line = fc
  .tuple(
    fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map(String),
    textCell,
    maybeQuoted(fc.tuple(fc.integer(), fc.nat(9999)).map(([whole, decimals]) => `${whole}.${decimals}`)),
    maybeQuoted(fc.boolean().map(String)),
    maybeQuoted(
      fc
        .date({ min: new Date('1000-01-01'), max: new Date('3000-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10)),
    ),
    maybeQuoted(
      fc
        .date({ min: new Date('1000-01-01'), max: new Date('3000-01-01'), noInvalidDate: true })
        .map((date) => `${date.toISOString().slice(0, 19)}-05:00`),
    ),
    maybeQuoted(fc.integer().map(String)),
    textCell,
  )
  .map((cells) => cells.join(','));
const file = fc
  .tuple(fc.array(line, { maxLength: 20 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(
    ([lines, lineEnd, isEnded]) =>
      HEADER.trimEnd() + lineEnd + lines.join(lineEnd) + (isEnded && lines.length > 0 ? lineEnd : ''),
  );

describe('csvToBinary', () => {
  const database = useDatabase();

  /** Rows of a file as PostgreSQL reads them, each as one text. */
  async function stored(rows: Buffer | string, format: string): Promise<string[]> {
    return withRawTransaction(database.knex, async (client) => {
      await client.query("set local timezone = 'UTC'");
      const columns = NAMES.map((name, index) => `${name} ${TYPES[index]}`);
      await client.query(`create temporary table staging (place serial, ${columns.join(', ')}) on commit drop`);
      const names = NAMES.join(', ');
      await pipeline(
        Readable.from([rows]),
        client.query(copyFrom(`copy staging (${names}) from stdin with (${format})`)),
      );
      const answer = await client.query<{ row: string }>('select s::text as row from staging s order by place');
      return answer.rows.map(({ row }) => row);
    });
  }

  it('makes the same rows as PostgreSQL makes of the file', async () => {
    const csv = `format csv, header true, force_null (${NAMES.join(', ')})`;
    await fc.assert(
      fc.asyncProperty(file, async (content) => {
        assert.deepEqual(await stored(await convert(content), 'format binary'), await stored(content, csv));
      }),
      { numRuns: 150 },
    );
  });

  it('does not mind where the file is cut into pieces', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(file, sizes, async (content, cuts) => {
        assert.deepEqual(await convert(content, TYPES, cuts), await convert(content));
      }),
      { numRuns: 200 },
    );
  });

  it('has room for lines that are larger than its memory, and for rows that are larger than their lines', async () => {
    const long = `1,${'a""'.repeat(400_000)}`.replace(',', ',"') + '"\n';
    const many = '2,\n'.repeat(300_000);

    const rows = await convert(`id,text\n${long}${many}`, ['bigint', 'text'], [256 * 1024]);

    const header = 19;
    const trailer = 2;
    assert.equal(rows.length, header + (2 + 12 + 4 + 800_000) + 300_000 * (2 + 12 + 4) + trailer);
  });

  for (const [what, cell] of [
    ['a cell', '1,'],
    ['a quoted cell with line breaks', '1,"\n'],
  ] as const) {
    it(`gives up ${what} without an end, and reads no further`, async () => {
      let read = 0;
      const endless = Readable.from(
        (function* () {
          yield Buffer.from(`id,text\n${cell}`);
          for (;;) {
            read += 1;
            yield Buffer.alloc(1 << 20, 'a');
          }
        })(),
      );

      await assert.rejects(buffer(chain(endless, csvToBinary(['bigint', 'text']), () => undefined)), LineTooLong);

      assert.ok(read < 32, `${read} MB were read`);
    });
  }

  for (const [what, content] of [
    ['a value that is none of its type', '1,a\nx,b\n'],
    ['a quote within a cell', '1,a"b"\n'],
    ['something behind a quoted cell', '1,"a"b\n'],
    ['a cell too many', '1,a,b\n'],
    ['a cell too few', '1\n'],
    ['an empty line', '1,a\n\n2,b\n'],
    ['a quoted cell without an end', '1,"a\n'],
    ['a line that ends within the line before', '1,a\rb\n'],
  ] as const) {
    it(`leaves a file with ${what} to PostgreSQL`, async () => {
      await assert.rejects(convert(`id,text\n${content}`, ['bigint', 'text']), UnusualValue);
    });
  }
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  BINARY_HEADER,
  BINARY_TRAILER,
  binaryRowsOf,
  binaryToText,
} from '../../../../src/db/mirror/copy/binary-format';
import { UnusualValue } from '../../../../src/db/mirror/copy/copy-kernel';
import { PageToCopy, type CopyFormat, type PageColumn } from '../../../../src/db/mirror/copy/page-to-copy';
import type { StagingLayout } from '../../../../src/db/mirror/load/staged-column';
import { openCopy, STAGING } from '../../../../src/db/mirror/load/staging';
import { withRawTransaction } from '../../../../src/db/postgres/raw-connection';
import type { ColumnType } from '../../../../src/domain/mirror/mirror-field';
import { useDatabase } from '../../support';

const COLUMNS: readonly PageColumn[] = [
  { field: 'id', part: 'value', type: 'bigint' },
  { field: 'Amount', part: 'value', type: 'numeric' },
  { field: 'Seats', part: 'value', type: 'integer' },
  { field: 'Won', part: 'value', type: 'boolean' },
  { field: 'Closing_Date', part: 'value', type: 'date' },
  { field: 'Modified_Time', part: 'value', type: 'timestamptz' },
  { field: 'Name', part: 'value', type: 'text' },
  { field: 'Owner', part: 'id', type: 'bigint' },
  { field: 'Owner', part: 'name', type: 'text' },
  { field: 'Colours', part: 'json', type: 'jsonb' },
  { field: 'Tag', part: 'names', type: 'jsonb' },
];
const TYPES = COLUMNS.map(({ type }) => type);
const NAMES = COLUMNS.map((_column, index) => (index === 0 ? 'id' : `column_${index}`));
const LAYOUT: StagingLayout = {
  format: 'json',
  sourceColumns: NAMES,
  columns: [],
  missingNames: [],
  unread: [],
  modifiedTime: undefined,
};

const bodyOf = (records: readonly string[]): Buffer => Buffer.from(`{"data":[${records.join(',')}],"info":{}}`);
const convert = (body: Buffer, format: CopyFormat): Buffer => new PageToCopy(COLUMNS, format).convert(body).copy;

describe('rows in binary format', () => {
  const database = useDatabase();

  /** Rows as PostgreSQL reads them, each as one text. */
  async function stored(rows: Buffer, format: CopyFormat): Promise<string[]> {
    return withRawTransaction(database.knex, async (client) => {
      await client.query("set local timezone = 'UTC'");
      const columns = NAMES.map((name, index) => `${name} ${TYPES[index]}`);
      await client.query(`create temporary table ${STAGING} (${columns.join(', ')}) on commit drop`);
      const sink = openCopy(client, LAYOUT, new AbortController().signal, STAGING, format);
      for (const piece of format === 'binary' ? [BINARY_HEADER, rows, BINARY_TRAILER] : [rows]) await sink.write(piece);
      await sink.end();
      const answer = await client.query<{ row: string }>(`select s::text as row from ${STAGING} s order by id`);
      return answer.rows.map(({ row }) => row);
    });
  }

  const digits = (least: number, most: number) =>
    fc.array(fc.constantFrom(...'0123456789'), { minLength: least, maxLength: most }).map((all) => all.join(''));
  const decimal = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.oneof(fc.constant('0'), fc.bigInt({ min: 0n, max: 10n ** 25n }).map(String)),
      digits(0, 20),
    )
    .map(([sign, whole, fraction]) => sign + whole + (fraction && `.${fraction}`));
  const exponential = fc
    .tuple(decimal, fc.constantFrom('E', 'e'), fc.constantFrom('', '+', '-'), fc.nat(120))
    .map(([mantissa, letter, sign, exponent]) => `${mantissa}${letter}${sign}${exponent}`);
  const bigint = fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map(String);
  const day = fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const offset = fc.oneof(
    fc.constant('Z'),
    fc
      .tuple(fc.constantFrom('+', '-'), fc.nat(15), fc.nat(59))
      .map(([sign, hours, minutes]) => `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`),
  );
  const time = fc
    .tuple(
      day.filter((date) => !/^(0001|9999)/.test(date)),
      digits(0, 6),
      offset,
    )
    .map(([date, fraction, zone]) => `"${date.slice(0, 19)}${fraction && `.${fraction}`}${zone}"`);
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.constantFrom('\\N', '\\.', '\t\n\r\b\f"/\\', 'Größe', '\u0000', '\ud800x', '\u{1F600}'),
  );
  const quoted = text.map((plain) => JSON.stringify(plain));
  /** Values that jsonb refuses in any format are tested elsewhere. */
  const json = fc
    .jsonValue({ maxDepth: 2, noUnicodeString: true })
    .map((value) => JSON.stringify(value))
    .filter((written) => !/\\u0000|e[+-]?\d{3}/.test(written));
  const tags = fc
    .array(fc.string({ maxLength: 12 }).map((name) => ({ id: '1', name })))
    .map((list) => JSON.stringify(list));
  const orNull = (value: fc.Arbitrary<string>) =>
    fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant('null') });
  const record = fc
    .record({
      Amount: orNull(fc.oneof(decimal, exponential)),
      Seats: orNull(fc.integer().map(String)),
      Won: orNull(fc.boolean().map(String)),
      Closing_Date: orNull(day.map((date) => `"${date.slice(0, 10)}"`)),
      Modified_Time: orNull(time),
      Name: orNull(quoted),
      Owner: orNull(fc.tuple(bigint, quoted).map(([id, name]) => `{"name":${name},"id":"${id}"}`)),
      Colours: orNull(json),
      Tag: orNull(tags),
    })
    .map((fields) => Object.entries(fields).map(([field, value]) => `"${field}":${value}`));
  const records = fc
    .array(record, { minLength: 1, maxLength: 30 })
    .map((all) => all.map((fields, place) => `{"id":"${place + 1}",${fields.join(',')}}`));

  it('are the same rows to PostgreSQL as those in text format', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (all) => {
        const body = bodyOf(all);

        assert.deepEqual(await stored(convert(body, 'binary'), 'binary'), await stored(convert(body, 'text'), 'text'));
      }),
      { numRuns: 150 },
    );
  });

  it('can be turned into text', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (all) => {
        const body = bodyOf(all);
        const turned = binaryToText(convert(body, 'binary'), TYPES);

        assert.deepEqual(await stored(turned, 'text'), await stored(convert(body, 'text'), 'text'));
      }),
      { numRuns: 100 },
    );
  });

  it('can be taken apart', () => {
    const copy = convert(
      bodyOf(['{"id":"5500000103100008201","Name":"a"}', '{"id":"7","Name":null}', '{"id":"-3","Name":""}']),
      'binary',
    );

    const rows = [...binaryRowsOf(copy)];

    assert.deepEqual(
      rows.map(({ id }) => id),
      ['5500000103100008201', '7', '-3'],
    );
    assert.deepEqual(Buffer.concat(rows.map(({ row }) => row)), copy);
  });

  const unusual: [ColumnType, string][] = [
    ['bigint', '"12a"'],
    ['bigint', '9223372036854775808'],
    ['bigint', '1.0'],
    ['bigint', '-'],
    ['integer', '2147483648'],
    ['numeric', '"NaN"'],
    ['numeric', '"1,5"'],
    ['numeric', '1E999'],
    ['numeric', '".."'],
    ['numeric', '"5."'],
    ['numeric', `"${'9'.repeat(2_000)}"`],
    ['boolean', '"yes"'],
    ['boolean', '1'],
    ['date', '"2026-02-29"'],
    ['date', '"2026-13-01"'],
    ['date', '"0000-01-01"'],
    ['date', '"26-01-01"'],
    ['date', '"2026-01-01T00:00:00Z"'],
    ['timestamptz', '"0001-01-01T00:00:00+01:00"'],
    ['timestamptz', '"9999-12-31T23:00:00-01:00"'],
    ['timestamptz', '"2026-01-01"'],
    ['timestamptz', '"2026-01-01T00:00:00"'],
    ['timestamptz', '"2026-01-01T24:00:00Z"'],
    ['timestamptz', '"2026-01-01T00:00:00.1234567Z"'],
    ['timestamptz', '"2026-01-01T00:00:00+0100"'],
    ['timestamptz', '"2026-01-01T00:00:00+16:00"'],
    ['timestamptz', '"2026-01-01\\u0054"'],
    ['jsonb', '"\\ud83d"'],
  ];
  for (const [type, json] of unusual) {
    it(`leave ${json.slice(0, 30)} as a ${type} to PostgreSQL's own parser`, () => {
      const column: PageColumn = { field: 'a', part: 'value', type };
      const body = bodyOf([`{"a":${json}}`]);

      assert.throws(() => new PageToCopy([column], 'binary').convert(body), UnusualValue);
      assert.equal(new PageToCopy([column]).convert(body).rows, 1);
    });
  }
});

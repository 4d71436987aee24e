import assert from 'node:assert/strict';
import fc from 'fast-check';
import { quoteIdentifier } from '../../../../src/db/mirror/identifiers';
import { qualifiedTable } from '../../../../src/db/mirror/mirror-module';
import { useDatabase } from '../../support';
import {
  loadCsv,
  loadPages,
  loadRecords,
  MODIFIED,
  quarantineOf,
  someMirror,
  type MirrorUnderTest,
  type SomeChunk,
} from '../support';

const TIME_ZONE = 'America/New_York';
const FIELDS = [
  { apiName: 'Amount', dataType: 'currency' },
  { apiName: 'Visits', dataType: 'integer' },
  { apiName: 'Serial', dataType: 'bigint' },
  { apiName: 'Account', dataType: 'lookup' },
  { apiName: 'Won', dataType: 'boolean' },
  { apiName: 'Closing', dataType: 'date' },
  { apiName: 'Called', dataType: 'datetime' },
  MODIFIED,
];
const COLUMNS: Readonly<Record<string, string>> = { Account: 'account_id' };

interface Cell {
  field: string;
  text: string;
}

const columnOf = (field: string): string => COLUMNS[field] ?? field.toLowerCase();
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
/** Ids of test records: those of rows that are there before stand above. */
const idOf = (index: number): string => String(1_000 + index);

const asPage = (cells: readonly Cell[]): Buffer =>
  Buffer.from(
    `{"data":[${cells.map(({ field, text }, index) => `{"id":"${idOf(index)}",${JSON.stringify(field)}:${JSON.stringify(text)}}`).join(',')}],"info":{}}`,
  );

function asExport(cells: readonly Cell[]): string {
  const names = FIELDS.map(({ apiName }) => apiName);
  const lines = cells.map(({ field, text }, index) =>
    [idOf(index), ...names.map((name) => (name === field ? quoted(text) : ''))].join(','),
  );
  return [['Id', ...names].join(','), ...lines, ''].join('\n');
}

/** Each way by which a value comes into the mirror. */
const WAYS: Readonly<Record<string, (mirror: MirrorUnderTest, cells: readonly Cell[]) => Promise<unknown>>> = {
  'a first load of pages': (mirror, cells) => loadPages(mirror, [asPage(cells)], { firstLoad: true }),
  'pages that are compared': (mirror, cells) =>
    comparing(mirror, (options) => loadPages(mirror, [asPage(cells)], options)),
  'a first load of an export': (mirror, cells) => loadCsv(mirror, asExport(cells), { firstLoad: true }),
  'an export that is compared': (mirror, cells) =>
    comparing(mirror, (options) => loadCsv(mirror, asExport(cells), options)),
};

async function comparing(mirror: MirrorUnderTest, load: (options: SomeChunk) => Promise<unknown>): Promise<void> {
  await loadRecords(mirror, [{ id: '999' }, { id: '9999' }]);
  await load({ compareValues: true, keepSeenIds: true, trackRecords: true });
}

/** @returns the value of each cell as PostgreSQL shows it in UTC; undefined where its record is in quarantine */
async function valuesOf(mirror: MirrorUnderTest, cells: readonly Cell[]): Promise<(string | null | undefined)[]> {
  const columns = FIELDS.map(({ apiName }) => quoteIdentifier(columnOf(apiName)));
  const { rows } = await mirror.knex.raw<{ rows: Record<string, string | null>[] }>(
    `select id::text, ${columns.map((name) => `${name}::text`).join(', ')} from ${qualifiedTable(mirror.mirror)}`,
  );
  const stored = new Map(rows.map((row) => [row['id'], row]));
  const aside = new Map((await quarantineOf(mirror)).map((row) => [row['record_id'], row['field']]));
  return cells.map(({ field }, index) => {
    const row = stored.get(idOf(index));
    assert.equal(aside.get(idOf(index)), row ? undefined : columnOf(field));
    return row && row[columnOf(field)];
  });
}

const isDay = (text: string): boolean => {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return (
    year > 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  );
};
const isWithin = (value: bigint, bits: bigint): boolean => BigInt.asIntN(Number(bits), value) === value;

/** The whole number that a decimal stands for; undefined if it stands for none. */
function wholeOf(text: string): bigint | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!parts) return undefined;
  const [, sign = '', digits = '', fraction = '', exponent = '0'] = parts;
  const shift = Number(exponent) - fraction.length;
  const all = BigInt(digits + fraction);
  const scale = 10n ** BigInt(Math.abs(shift));
  if (shift < 0 && all % scale !== 0n) return undefined;
  return (sign ? -1n : 1n) * (shift < 0 ? all / scale : all * scale);
}

/** Spelling of each field in Zoho. */
const SPELLED: Readonly<Record<string, (text: string) => boolean>> = {
  Amount: (text) => /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text),
  Visits: (text) => isWithin(wholeOf(text) ?? 2n ** 99n, 32n),
  Serial: (text) => isWithin(wholeOf(text) ?? 2n ** 99n, 64n),
  Account: (text) => /^-?\d+$/.test(text) && isWithin(BigInt(text), 64n),
  Won: (text) => text === 'true' || text === 'false',
  Closing: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text),
  Called: (text) =>
    /^\d{4}-\d\d-\d\d([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-](0\d|1[0-5]):?[0-5]\d)?)?$/.test(text) &&
    isDay(text),
};

/** Words that parsers of PostgreSQL take beside plain values. */
const WORDS = [
  ...['NaN', 'nan', 'Infinity', '-Infinity', 'inf', '-inf', '+Infinity', 'infinity', '-infinity'],
  ...['now', 'today', 'tomorrow', 'yesterday', 'epoch', 'allballs', 'now()', 'today 12:00', 'epoch+00'],
  ...['t', 'f', 'yes', 'no', 'on', 'off', 'y', 'n', '1', '0', 'TRUE', 'True', 'tru', ' true', 'false '],
  ...['0x1F', '0b101', '0o17', '1_000', ' 12', '12 ', '+5', '.5', '5.', '1e5', '1E400', '٣', '１２', '$5', '5%', '1,5'],
  ...['20240312', 'March 12, 2024', '12.3.2024', '3/12/2024', '2024-072', 'J2451187', '2024-3-12', '2024-03-12 BC'],
  ...[
    '2024-02-30',
    '0000-01-01',
    '99999-01-01',
    '2024-03-12T25:00:00Z',
    '2024-03-12T24:00:00Z',
    '2024-03-12T23:59:60Z',
  ],
  ...['2024-03-12T09:30:00 PST', '2024-03-12 09:30:00 America/Lima', '2024-03-12T09:30:00+16:00', '09:30', '0900-0300'],
];
const digit = fc.constantFrom(...'0123456789');
const digits = (minLength: number, maxLength: number) =>
  fc.array(digit, { minLength, maxLength }).map((all) => all.join(''));
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits(1, 20),
    fc.constantFrom('', '.0', '.50', '.123'),
    fc.constantFrom('', 'e3', 'E-2', 'e+1'),
  )
  .map((parts) => parts.join(''));
const time = fc
  .tuple(
    fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }),
    fc.constantFrom('T', ' '),
    fc.constantFrom(10, 16, 19),
    fc.constantFrom('', '.5', '.1234567'),
    fc.constantFrom('', 'Z', '+05:30', '-08:00', '+0530', '+16:00'),
  )
  .map(([date, separator, length, fraction, offset]) => {
    const text = date.toISOString().slice(0, length).replace('T', separator);
    return text + (length === 19 ? fraction : '') + offset;
  });
const scribble = fc
  .array(fc.constantFrom(...'0123456789-+:.TZ eE_xinfatrul'), { minLength: 1, maxLength: 12 })
  .map((all) => all.join(''));
const text = fc.oneof(
  fc.constantFrom(...WORDS),
  number,
  time,
  time.map((value) => value.slice(0, 10)),
  scribble,
);
const someCells = fc.array(fc.record({ field: fc.constantFrom(...Object.keys(SPELLED)), text }), {
  minLength: 1,
  maxLength: 80,
});

describe('a value of a record', () => {
  const database = useDatabase();

  async function load(way: string, cells: readonly Cell[]): Promise<(string | null | undefined)[]> {
    const made = await someMirror(database.knex, FIELDS);
    const mirror = { ...made, mirror: { ...made.mirror, timeZone: TIME_ZONE } };
    await WAYS[way]?.(mirror, cells);
    return valuesOf(mirror, cells);
  }

  for (const way of Object.keys(WAYS)) {
    it(`is stored if and only if it is written as Zoho writes its type, by ${way}`, async function () {
      this.timeout(60_000);
      const every = Object.keys(SPELLED).flatMap((field) => WORDS.map((word) => ({ field, text: word })));
      await fc.assert(
        fc.asyncProperty(someCells, async (cells) => {
          const values = await load(way, cells);
          assert.deepEqual(
            cells.map((cell, index) => [cell, values[index] !== undefined]),
            cells.map((cell) => [cell, SPELLED[cell.field]?.(cell.text)]),
          );
        }),
        { numRuns: 12, examples: [[every]] },
      );
    });

    it(`that is a time without an offset is of the time zone of the organization, by ${way}`, async () => {
      const cells = ['2024-03-12T09:30:00', '2024-01-15 23:00:00', '2024-07-01', '2024-07-01T00:00:00Z'].map(
        (called) => ({
          field: 'Called',
          text: called,
        }),
      );

      const values = await load(way, cells);

      assert.deepEqual(values, [
        '2024-03-12 13:30:00+00',
        '2024-01-16 04:00:00+00',
        '2024-07-01 04:00:00+00',
        '2024-07-01 00:00:00+00',
      ]);
    });
  }

  for (const timeZone of [null, '', 'Middle/Earth', 'EST', 'BC', '+05']) {
    it(`that is a time without an offset is no value where the time zone is ${JSON.stringify(timeZone)}`, async () => {
      const made = await someMirror(database.knex, FIELDS);
      const mirror = { ...made, mirror: { ...made.mirror, timeZone } };
      const cells = [
        { field: 'Called', text: '2024-03-12T09:30:00' },
        { field: 'Called', text: '2024-03-12T09:30:00Z' },
      ];

      await loadPages(mirror, [asPage(cells)]);

      assert.deepEqual(await valuesOf(mirror, cells), [undefined, '2024-03-12 09:30:00+00']);
    });
  }

  it('that stands in a page without quotes is taken by the same rule', async () => {
    const mirror = await someMirror(database.knex, FIELDS);
    const page =
      '{"data":[{"id":"1000","Amount":NaN},{"id":"1001","Won":1},{"id":"1002","Closing":20240312}],"info":{}}';

    await loadPages(mirror, [Buffer.from(page)]);

    const cells = ['Amount', 'Won', 'Closing'].map((field) => ({ field, text: '' }));
    assert.deepEqual(await valuesOf(mirror, cells), [undefined, undefined, undefined]);
  });

  it('that is the id, or decides which version is newer, is taken by the same rule', async () => {
    const mirror = await someMirror(database.knex, FIELDS);

    await loadRecords(mirror, [
      { id: '0x1F', Amount: 1 },
      { id: '7', Modified_Time: 'now' },
      { id: '8', Modified_Time: 'infinity' },
    ]);

    const { rows } = await mirror.knex.raw<{ rows: unknown[] }>(`select from ${qualifiedTable(mirror.mirror)}`);
    assert.equal(rows.length, 0);
  });
});

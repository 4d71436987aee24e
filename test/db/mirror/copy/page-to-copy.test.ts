import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PageNotReadable } from '../../../../src/db/mirror/copy/copy-kernel';
import { PageToCopy, type PageColumn } from '../../../../src/db/mirror/copy/page-to-copy';

const value = (field: string): PageColumn => ({ field, part: 'value', type: 'text' });
const page = (json: string): Buffer => Buffer.from(json);

/** Cells of rows in COPY's text format, unescaped; null for `\N`. */
function cells(copy: Buffer): (string | null)[][] {
  const control: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
  return copy
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      line
        .split('\t')
        .map((cell) =>
          cell === '\\N' ? null : cell.replace(/\\(.)/gs, (_escape, letter: string) => control[letter] ?? letter),
        ),
    );
}

const convert = (columns: readonly PageColumn[], json: string) =>
  cells(new PageToCopy(columns).convert(page(json)).copy);

describe('PageToCopy', () => {
  it('writes the columns in the requested order, with any order in the record', () => {
    const rows = convert(
      [value('id'), value('Stage'), value('Amount')],
      '{"data":[{"Amount":5,"id":"1","Stage":"Won"},{"Stage":"Lost","Amount":6,"id":"2"}],"info":{}}',
    );

    assert.deepEqual(rows, [
      ['1', 'Won', '5'],
      ['2', 'Lost', '6'],
    ]);
  });

  it('copies numbers digit by digit: no double ever rounds money or an id', () => {
    const digits = ['12345678901234567.89', '554023000000000001', '0.1', '-0.00', '1E+21', '99999999999999.99'];
    const rows = convert([value('Amount')], `{"data":[${digits.map((text) => `{"Amount":${text}}`).join()}]}`);

    assert.deepEqual(rows.flat(), digits);
  });

  it('leaves the escapes alone that COPY reads as JSON does, and reads the others', () => {
    const { copy } = new PageToCopy([value('a'), value('b')]).convert(
      page('{"data":[{"a":"1\\/2 \\"x\\" \\\\ \\b\\f\\n\\r\\t","b":"\\u00e9\\n"}]}'),
    );

    assert.equal(copy.toString(), '1\\/2 \\"x\\" \\\\ \\b\\f\\n\\r\\t\té\\n\n');
  });

  it('refuses an escape that JSON does not have, even if COPY has it', () => {
    assert.throws(() => convert([value('a')], '{"data":[{"a":"\\x41"}]}'), PageNotReadable);
  });

  it('makes empty texts, empty lists, nulls and missing keys null', () => {
    const rows = convert([value('a')], '{"data":[{"a":""},{"a":[]},{"a":[ \n ]},{"a":null},{}]}');

    assert.deepEqual(rows, [[null], [null], [null], [null], [null]]);
  });

  it('keeps nested values as the JSON they were', () => {
    const rows = convert([value('a')], '{"data":[{"a":{"b":[1,"]}"],"c":"\\n"}},{"a":["x","y,z"]}]}');

    assert.deepEqual(rows, [['{"b":[1,"]}"],"c":"\\n"}'], ['["x","y,z"]']]);
  });

  it('takes id and name of a reference, and a bare id as some modules write it', () => {
    const columns: PageColumn[] = [
      { field: 'Owner', part: 'id', type: 'bigint' },
      { field: 'Owner', part: 'name', type: 'text' },
    ];
    const rows = convert(
      columns,
      '{"data":[{"Owner":{"name":"Zo\\u00eb","deep":{"id":"9"},"id":"7"}},{"Owner":"8"},{"Owner":null},{"Owner":{"id":"5"}}]}',
    );

    assert.deepEqual(rows, [
      ['7', 'Zoë'],
      ['8', null],
      [null, null],
      ['5', null],
    ]);
  });

  it('takes a value as JSON, and the names of tags', () => {
    const rows = convert(
      [
        { field: 'Colours', part: 'json', type: 'jsonb' },
        { field: 'Tag', part: 'names', type: 'jsonb' },
      ],
      '{"data":[{"Colours":["a\\n"],"Tag":[{"id":"1","name":"V\\"IP"},"plain",null]},{"Colours":"x","Tag":"y"},{"Colours":[],"Tag":[]},{"Colours":null}]}',
    );

    assert.deepEqual(rows, [
      ['["a\\n"]', '["V\\"IP","plain",null]'],
      ['"x"', '"y"'],
      [null, null],
      [null, null],
    ]);
  });

  it('does not repeat values of records in its failures', () => {
    assert.throws(
      () => convert([value('a')], '{"data":[{"a":"secret \\x"}]}'),
      (error) => error instanceof PageNotReadable && !error.message.includes('secret'),
    );
  });

  it('tells a text that looks like the null mark from null', () => {
    assert.deepEqual(convert([value('a')], JSON.stringify({ data: [{ a: '\\N' }, { a: '\\.' }] })), [['\\N'], ['\\.']]);
  });

  it('replaces NUL and half characters, which PostgreSQL cannot store', () => {
    assert.deepEqual(convert([value('a')], '{"data":[{"a":"x\\u0000y"},{"a":"\\ud83d!"}]}'), [
      ['x\uFFFDy'],
      ['\uFFFD!'],
    ]);
  });

  it('reads white space wherever JSON allows it', () => {
    const json = JSON.stringify(
      {
        info: { n: [1] },
        data: [
          { id: '1', a: { b: 2 } },
          { id: '2', a: 'x' },
        ],
      },
      null,
      '\t',
    );

    assert.deepEqual(convert([value('id'), value('a')], json.replaceAll('\n', ' \r\n'))[1], ['2', 'x']);
  });

  it('gives no rows for an answer without content', () => {
    const converter = new PageToCopy([value('id')]);

    assert.deepEqual(
      [null, page('{"data":[]}'), page('{}')].map((body) => converter.convert(body).rows),
      [0, 0, 0],
    );
  });

  it('grows with a page that is larger than its working memory', () => {
    const text = 'é\\'.repeat(400_000);
    const rows = convert(
      [value('id'), value('a')],
      JSON.stringify({
        data: [
          { id: '1', a: text },
          { id: '2', a: 'b' },
        ],
      }),
    );

    assert.deepEqual(rows, [
      ['1', text],
      ['2', 'b'],
    ]);
  });

  it('has room for every byte that is no UTF-8, which three take the place of', () => {
    const broken = Buffer.concat([
      Buffer.from('{"data":[{"a":"\\u0041'),
      Buffer.alloc(600_000, 0xff),
      Buffer.from('"}]}'),
    ]);

    assert.deepEqual(cells(new PageToCopy([value('a')]).convert(broken).copy), [['A' + '\uFFFD'.repeat(600_000)]]);
  });

  it('takes the same key again only if all of it is the same', () => {
    const rows = convert(
      [value('Long_Name_1'), value('Long_Name_2')],
      '{"data":[{"Long_Name_1":"a"},{"Long_Name_2":"b"},{"Lung_Name_2":"c"},{"L":"d"}]}',
    );

    assert.deepEqual(rows, [
      ['a', null],
      [null, 'b'],
      [null, null],
      [null, null],
    ]);
  });

  it('leaves its answer alone when it is used again', () => {
    const converter = new PageToCopy([value('a')]);
    const first = converter.convert(page('{"data":[{"a":"first"}]}')).copy;
    converter.convert(page('{"data":[{"a":"second"}]}'));

    assert.deepEqual(cells(first), [['first']]);
  });

  it('forgets the values of one record before the next', () => {
    assert.deepEqual(convert([value('a'), value('b')], '{"data":[{"a":"\\t","b":"2"},{"b":"3"}]}')[1], [null, '3']);
  });

  for (const json of [
    '',
    '[]',
    'null',
    '"data"',
    '{"data":null}',
    '{"data":{}}',
    '<html>',
    '{"data":[1]}',
    '{"data":[{"a" 1}]}',
  ]) {
    it(`refuses ${json === '' ? 'nothing at all' : json}`, () => {
      assert.throws(() => new PageToCopy([value('a')]).convert(page(json)), PageNotReadable);
    });
  }
});

/** Any record: known and unknown keys in any order, any JSON, numbers as Zoho writes them. */
const FIELDS = ['id', 'Name', 'Amount', 'Größe', 'quo"te', 'Tag'];
const number = fc.oneof(
  fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }).map(String),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 16n }), fc.nat(99))
    .map(([whole, cents]) => `${whole}.${String(cents).padStart(2, '0')}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((double) => JSON.stringify(double)),
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\\N', '\\', '\t', '\n\r', '"', '\u2028', '\u0000', '\ud800', 'null'),
);
const written = fc.oneof(
  number,
  text.map((plain) => JSON.stringify(plain)),
  fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.stringify(json)),
);
const key = fc.oneof(fc.constantFrom(...FIELDS), fc.string({ maxLength: 8 }));
const space = fc.constantFrom('', '', ' ', '\n', '\t', ' \r\n ');
const record = fc
  .uniqueArray(fc.tuple(key, written, space), { selector: ([name]) => name, maxLength: 9 })
  .map((entries) => ({
    raw: new Map(entries.map(([name, json]) => [name, json])),
    json: `{${entries.map(([name, json, gap]) => `${gap}${JSON.stringify(name)}${gap}:${gap}${json}${gap}`).join(',')}}`,
  }));
const records = fc.array(record, { maxLength: 6 });

const bodyOf = (all: readonly { json: string }[]): string =>
  `{"data":[${all.map(({ json }) => json).join(',')}],"info":{"count":1}}`;

/** Expected value of a cell, by `JSON.parse`. */
function expected(json: string | undefined): string | null {
  if (json === undefined) return null;
  const parsed: unknown = JSON.parse(json);
  if (parsed === null || parsed === '') return null;
  if (Array.isArray(parsed) && parsed.length === 0) return null;
  if (typeof parsed !== 'string') return json;
  // What cannot be stored at all is replaced: NUL, and surrogates without their other half.
  return Buffer.from(parsed.replaceAll('\0', '\uFFFD')).toString('utf8');
}

describe('PageToCopy: properties', () => {
  it('agrees with JSON.parse about every record', () => {
    const converter = new PageToCopy(FIELDS.filter((field) => !field.includes('"')).map(value));
    const known = FIELDS.filter((field) => !field.includes('"'));
    fc.assert(
      fc.property(records, (all) => {
        const { rows, copy } = converter.convert(page(bodyOf(all)));

        assert.equal(rows, all.length);
        assert.deepEqual(
          cells(copy),
          all.map(({ raw }) => known.map((field) => expected(raw.get(field)))),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a page that is cut off at any byte', () => {
    const converter = new PageToCopy(['id', 'Name', 'Amount'].map(value));
    fc.assert(
      fc.property(records, fc.nat(), (all, at) => {
        const body = page(bodyOf(all));
        assert.throws(() => converter.convert(body.subarray(0, at % body.length)), PageNotReadable);
      }),
      { numRuns: 500 },
    );
  });
});

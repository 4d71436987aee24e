import assert from 'node:assert/strict';
import { recordProblems, type RecordOperation, type WritableField } from '../../../src/domain/records/record-problems';

const field = (dataType: string, more: Partial<WritableField> = {}): WritableField => ({
  ...{ apiName: 'Field', dataType, length: null, systemMandatory: false },
  ...{ apiCreate: true, apiUpdate: true, picklistValues: [] },
  ...more,
});
const CHOICES = { picklistValues: [{ actual: 'Won', display: 'Gewonnen' }] };

/** Code and sentence of the problem of a value of the field. */
function problemOf(metadata: WritableField, value: unknown, operation: RecordOperation = 'insert'): string | undefined {
  const [problem] = recordProblems(operation, { id: '1', Field: value }, [metadata]);
  return problem && `${problem.field} ${problem.code}: ${problem.detail}`;
}

describe('a value of a record', () => {
  for (const [metadata, fitting, expected, wrong] of [
    [field('text'), ['x', '7'], 'a text', [7, ['x'], {}]],
    [field('textarea'), ['x'], 'a text', [7]],
    [field('phone'), ['x'], 'a text', [7]],
    [field('website'), ['x'], 'a text', [7]],
    [field('email'), ['a@b', 'a.b@c.d'], 'an e-mail address', ['a', '@b', 'a@', 'a b@c', 'a@b c', 'a@b@c']],
    [field('email'), [], 'a text', [7]],
    [field('picklist', CHOICES), ['Won', 'Gewonnen', '-None-'], 'the text of an option', [7, ['Won']]],
    [field('multiselectpicklist', CHOICES), [['Won'], []], 'a list of options', ['Won', [7], ['Won', 7]]],
    [field('boolean'), [true, false], 'true or false', ['true', 0]],
    [field('integer'), [0, -12, 123_456_789, { text: '5' }], 'a whole number', [1.5, '7', true, { text: 7 }, 1e21]],
    [field('bigint'), ['-123456789012345678', 7, { text: '7' }], 'a whole number', ['x7', '7x', 1.5, {}]],
    [field('double'), [1.5, 1e21, { text: '-1.50e-3' }, { text: '1E+9' }], 'a number', ['1', { text: '1.' }, true]],
    [field('currency'), [0], 'a number', [{ text: 'x1' }, { text: '1x' }, { text: '.5' }, { text: '1e' }]],
    [field('percent'), [99.9], 'a number', [[1], { number: '1' }]],
    [
      field('date'),
      ['2024-02-29'],
      'a date such as 2026-01-31',
      ['2023-02-29', 'x2024-02-29', '2024-02-29x', '2024-13-01'],
    ],
    [
      field('datetime'),
      ['2026-01-31T23:59:59Z', '2026-01-31T00:00:00-08:00', '2026-01-31T19:00:00+05:30'],
      'a time with seconds and offset such as 2026-01-31T12:00:00+00:00',
      [
        ...['2026-01-31T24:00:00Z', '2026-01-31T12:60:00Z', '2026-01-31T12:00:60Z', '2026-01-31T12:00:00+05:60'],
        ...['2026-02-30T12:00:00Z', '2026-01-31T12:00:00', '2026-01-31T12:00:00Z ', '2026-01-31', 7],
      ],
    ],
    [field('lookup'), ['1', { id: '1' }], 'a record such as {"id": "..."}', ['x', 1, { id: 1 }, { id: 'x' }, {}]],
    [field('ownerlookup'), ['1'], 'a record such as {"id": "..."}', ['x']],
    [field('userlookup'), ['1'], 'a record such as {"id": "..."}', ['x']],
    [field('subform'), [[], [{}]], 'a list', ['x', {}]],
    [field('multiselectlookup'), [[]], 'a list', ['x']],
    [field('multiuserlookup'), [[]], 'a list', ['x']],
    [field('a type of tomorrow'), ['x', 7, {}], '', []],
  ] as const) {
    it(`of ${metadata.dataType} is ${expected || 'whatever it is'}`, () => {
      for (const value of fitting) assert.equal(problemOf(metadata, value), undefined, JSON.stringify(value));
      for (const value of wrong) {
        assert.equal(
          problemOf(metadata, value),
          `Field wrong_type: The value must be ${expected}.`,
          JSON.stringify(value),
        );
      }
    });
  }

  it('is as long as its field lets it be, in characters', () => {
    const short = field('text', { length: 3 });

    assert.equal(problemOf(short, '😀😀😀'), undefined);
    assert.equal(problemOf(short, 'four'), 'Field too_long: The text is longer than 3 characters.');
  });

  it('has as many digits as its field lets it have, else as Zoho usually does', () => {
    assert.equal(problemOf(field('integer', { length: 3 }), -999), undefined);
    assert.equal(
      problemOf(field('integer', { length: 3 }), 1_000),
      'Field too_long: The number has more than 3 digits.',
    );
    assert.equal(problemOf(field('integer'), 1_234_567_890), 'Field too_long: The number has more than 9 digits.');
    assert.equal(
      problemOf(field('bigint'), '1234567890123456789'),
      'Field too_long: The number has more than 18 digits.',
    );
  });

  it('is a choice that the picklist has', () => {
    const sentence = 'Field no_option: The picklist does not have this choice; the nearest are Won.';

    assert.equal(problemOf(field('picklist', CHOICES), 'Lost'), sentence);
    assert.equal(problemOf(field('multiselectpicklist', CHOICES), ['Won', 'Lost']), sentence);
  });

  it('is for a field that the module has, and that takes values', () => {
    const refused = 'Field read_only: Zoho does not take a value for this field.';
    const created = field('text', { apiUpdate: false });
    const updated = field('text', { apiCreate: false });
    const operations = ['insert', 'update', 'upsert'] as const;

    assert.deepEqual(
      [created, updated].map((metadata) => operations.map((operation) => problemOf(metadata, 'x', operation))),
      [
        [undefined, refused, undefined],
        [refused, undefined, undefined],
      ],
    );
    assert.equal(
      problemOf({ ...created, apiName: 'Other' }, 'x'),
      'Field unknown_field: The module has no such field, or the connected user may not see it.',
    );
  });

  it('may be none, unless the module requires one', () => {
    for (const none of [null, '']) {
      assert.equal(problemOf(field('date'), none), undefined);
      assert.equal(
        problemOf(field('date', { systemMandatory: true }), none),
        'Field required: The field cannot be cleared.',
      );
    }
  });
});

describe('a record', () => {
  it('has every value that the module requires and takes', () => {
    const required = [
      field('text', { apiName: 'Name', systemMandatory: true }),
      field('text', { apiName: 'Number', systemMandatory: true, apiCreate: false }),
      field('text', { apiName: 'Notes' }),
    ];

    assert.deepEqual(recordProblems('insert', {}, required), [
      { field: 'Name', code: 'required', detail: 'The module requires a value.' },
    ]);
  });

  it('has an id where it is updated, and no other than one of Zoho', () => {
    const isNone = { field: 'id', code: 'wrong_type', detail: 'The value must be a text of digits below 2^63.' };

    assert.deepEqual(recordProblems('update', {}, []), [
      { field: 'id', code: 'required', detail: 'An update needs the id of the record.' },
    ]);
    assert.deepEqual(recordProblems('insert', {}, []), []);
    assert.deepEqual(recordProblems('insert', { id: 1 }, []), [isNone]);
    assert.deepEqual(recordProblems('upsert', { id: '1' }, []), []);
  });

  it('may carry what Zoho says of it beside its fields', () => {
    assert.deepEqual(recordProblems('insert', { $state: 'save' }, []), []);
  });
});

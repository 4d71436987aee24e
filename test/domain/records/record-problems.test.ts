import assert from 'node:assert/strict';
import { recordProblems, type WritableField } from '../../../src/domain/records/record-problems';

const field = (apiName: string, dataType: string, more: Partial<WritableField> = {}): WritableField => ({
  ...{ apiName, dataType, length: null, systemMandatory: false },
  ...{ apiCreate: true, apiUpdate: true, picklistValues: [] },
  ...more,
});
const FIELDS = [
  field('Name', 'text', { length: 5, systemMandatory: true }),
  field('Stage', 'picklist', { picklistValues: [{ actual: 'Won', display: 'Gewonnen' }] }),
  field('Tags', 'multiselectpicklist', { picklistValues: [{ actual: 'A', display: 'A' }] }),
  field('Amount', 'currency', { length: 16 }),
  field('Employees', 'integer', { length: 3 }),
  field('Big', 'bigint', { length: 18 }),
  field('Due', 'date'),
  field('At', 'datetime'),
  field('Done', 'boolean'),
  field('Account', 'lookup'),
  field('Email', 'email', { length: 100 }),
  field('Rows', 'subform'),
  field('Number', 'autonumber', { apiCreate: false, apiUpdate: false, systemMandatory: true }),
  field('Later', 'text', { apiCreate: false }),
];

describe('the problems of a record', () => {
  const codes = (operation: 'insert' | 'update' | 'upsert', record: object): string[] =>
    recordProblems(operation, record as Record<string, unknown>, FIELDS).map((one) => `${one.field} ${one.code}`);

  it('are none for values of the right types', () => {
    const record = {
      ...{ Name: 'Añ😀bc', Stage: 'Won', Tags: ['A'], Amount: { text: '12345678901234567.89' }, Employees: 999 },
      ...{ Big: '123456789012345678', Due: '2024-02-29', At: '2026-01-31T12:00:00+05:30', Done: false },
      ...{ Account: { id: '123' }, Email: 'a@b.c', Rows: [], $approved: true },
    };

    assert.deepEqual(codes('insert', record), []);
  });

  for (const [name, wrong] of Object.entries({
    Stage: ['Lost', 5, ['Won']],
    Tags: ['A', ['B'], [1]],
    Amount: ['12', true, { text: 'x' }, {}],
    Employees: [1.5, 1000, '1e2'],
    Big: [1.5, '12x', '1'.repeat(19)],
    Due: ['2026-02-30', '31.12.2026', 20260131],
    At: ['2026-01-31', '2026-01-31T25:00:00Z', '2026-01-31T12:00:00', 0],
    Done: ['true', 1],
    Account: ['abc', { name: 'x' }, 12],
    Email: ['nobody', 'a b@c'],
    Rows: [{}],
    Later: ['text'],
    Nothing: ['x'],
  })) {
    it(`name ${name} for each wrong value`, () => {
      for (const value of wrong) {
        const [problem, ...others] = recordProblems('insert', { Name: 'x', [name]: value }, FIELDS);

        assert.equal(problem?.field, name, JSON.stringify(value));
        assert.deepEqual(others, []);
      }
    });
  }

  it('name a text that is longer than its field', () => {
    assert.deepEqual(codes('insert', { Name: 'sixsix' }), ['Name too_long']);
  });

  it('name required fields that an insert or an upsert leaves out, and not those that Zoho fills', () => {
    assert.deepEqual([codes('insert', {}), codes('upsert', {})], [['Name required'], ['Name required']]);
  });

  it('let an update leave out what it does not change, but not clear what is required', () => {
    assert.deepEqual(codes('update', { id: '1' }), []);
    assert.deepEqual(codes('update', { id: '1', Name: null }), ['Name required']);
    assert.deepEqual(codes('update', { id: '1', Stage: null, Due: '' }), []);
  });

  it('name the id that an update lacks, or that is none', () => {
    assert.deepEqual(codes('update', {}), ['id required']);
    assert.deepEqual(codes('upsert', { id: 'x1', Name: 'x' }), ['id wrong_type']);
  });

  it('never repeat a value', () => {
    const record = Object.fromEntries(FIELDS.map(({ apiName }) => [apiName, ['Confidential']]));

    assert.ok(!JSON.stringify(recordProblems('insert', record, FIELDS)).includes('Confidential'));
  });
});

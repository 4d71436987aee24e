import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  analyzeCoverage,
  type CoverageField,
  REQUIRED_DEAL_FIELDS,
  requiredFieldsOf,
} from '../../../src/domain/records/field-coverage';

const complete: readonly CoverageField[] = REQUIRED_DEAL_FIELDS.map(({ apiName, dataType, lookupModule }) => ({
  apiName,
  dataType,
  lookup: lookupModule === undefined ? null : { module: lookupModule },
}));
const changed = (apiName: string, change: Partial<CoverageField>) =>
  complete.map((field) => (field.apiName === apiName ? { ...field, ...change } : field));

describe('analyzeCoverage', () => {
  it('asks for 18 fields of deals, 12 of them custom', () => {
    assert.deepEqual(
      [REQUIRED_DEAL_FIELDS.length, REQUIRED_DEAL_FIELDS.filter(({ custom }) => custom).length],
      [18, 12],
    );
  });

  it('finds everything present among any other fields', () => {
    const coverage = analyzeCoverage(REQUIRED_DEAL_FIELDS, [{ apiName: 'Other', dataType: 'text' }, ...complete]);
    assert.deepEqual(coverage, {
      present: REQUIRED_DEAL_FIELDS.map(({ apiName }) => apiName),
      missing: [],
      wrongType: [],
      percentage: 100,
    });
  });

  it('tells what is missing, with what it has to be', () => {
    const { missing, percentage } = analyzeCoverage(
      REQUIRED_DEAL_FIELDS,
      complete.filter(({ apiName }) => apiName !== 'AWS_Funded'),
    );
    assert.deepEqual(missing, [{ apiName: 'AWS_Funded', dataType: 'boolean', custom: true }]);
    assert.equal(percentage, 94.4);
  });

  it('tells which type a field has and should have', () => {
    const { present, wrongType } = analyzeCoverage(REQUIRED_DEAL_FIELDS, changed('SOW_Date', { dataType: 'datetime' }));
    assert.deepEqual(wrongType, [{ apiName: 'SOW_Date', actual: 'datetime', expected: 'date' }]);
    assert.equal(present.includes('SOW_Date'), false);
  });

  it('does not take a lookup to another module', () => {
    const fields = changed('Account_Name', { lookup: { module: 'Vendors' } });
    assert.deepEqual(analyzeCoverage(REQUIRED_DEAL_FIELDS, fields).wrongType, [
      { apiName: 'Account_Name', actual: 'lookup(Vendors)', expected: 'lookup(Accounts)' },
    ]);
  });

  it('takes a lookup whose module nobody names, and none that is no lookup', () => {
    const wrongTypes = [{ lookup: null }, { lookup: undefined }, { dataType: 'text', lookup: null }].map(
      (change) => analyzeCoverage(REQUIRED_DEAL_FIELDS, changed('Account_Name', change)).wrongType,
    );

    assert.deepEqual(wrongTypes, [[], [], [{ apiName: 'Account_Name', actual: 'text', expected: 'lookup(Accounts)' }]]);
  });

  it('takes a name in another case for another field', () => {
    assert.equal(analyzeCoverage(REQUIRED_DEAL_FIELDS, changed('Stage', { apiName: 'stage' })).missing.length, 1);
  });

  it('says 100 per cent of nothing required', () => {
    assert.equal(analyzeCoverage([], complete).percentage, 100);
  });

  it('puts every required field in exactly one place, and says 100 only if all are present', () => {
    const types = fc.constantFrom('text', 'date', 'picklist', 'boolean', 'currency', 'lookup');
    const fields = fc.array(
      fc.record({ apiName: fc.constantFrom(...complete.map(({ apiName }) => apiName), 'Other'), dataType: types }),
    );
    fc.assert(
      fc.property(fields, (given) => {
        const { present, missing, wrongType, percentage } = analyzeCoverage(REQUIRED_DEAL_FIELDS, given);
        const names = [...present, ...missing, ...wrongType].map((part) =>
          typeof part === 'string' ? part : part.apiName,
        );
        assert.deepEqual(names.sort(), complete.map(({ apiName }) => apiName).sort());
        assert.equal(percentage === 100, present.length === 18);
        assert.equal(percentage === 0, present.length === 0);
      }),
    );
  });
});

describe('the fields that a module must have', () => {
  it('are those of deals, and none of any other module', () => {
    assert.deepEqual(['Deals', 'Leads'].map(requiredFieldsOf), [REQUIRED_DEAL_FIELDS, []]);
  });
});

import assert from 'node:assert/strict';
import { massUpdateProblems } from '../../../src/domain/records/mass-update-problems';

describe('the check of a mass update', () => {
  const choices = [{ actual: 'Open', display: 'Offen' }];
  const fields = [
    { apiName: 'Stage', dataType: 'picklist', massUpdate: true, picklistValues: choices },
    { apiName: 'Email', dataType: 'email', massUpdate: false, picklistValues: [] },
  ];

  it('takes a choice by either of its names, and null', () => {
    for (const stage of ['Open', 'Offen', null]) {
      assert.deepEqual(massUpdateProblems('Deals', { Stage: stage }, fields), []);
    }
  });

  it('takes a list only where a record can have several choices', () => {
    const several = { ...fields[0]!, apiName: 'Tags', dataType: 'multiselectpicklist' };

    const problems = massUpdateProblems('Deals', { Stage: ['Open'], Tags: ['Open'] }, [...fields, several]);

    assert.deepEqual(
      problems.map(({ field }) => field),
      ['Stage'],
    );
  });

  it('names each field that stands against it', () => {
    const problems = massUpdateProblems('Deals', { Stage: 'Lost', Email: 'x', Nope: 1 }, fields);

    assert.deepEqual(
      problems.map(({ field }) => field),
      ['Stage', 'Email', 'Nope'],
    );
  });

  const several = { ...fields[0]!, apiName: 'Tags', dataType: 'multiselectpicklist' };
  const problemOf = (values: Record<string, unknown>, choices = {}): string | undefined =>
    massUpdateProblems('Deals', values, [...fields, several], choices)[0]?.problem;

  it('says what stands against a value', () => {
    const near = 'The picklist does not have this choice; the nearest are Open';

    assert.equal(problemOf({ Nope: 1 }), 'Deals has no such field for the connected user');
    assert.equal(problemOf({ Email: 'x' }), 'Zoho does not let mass update change this field');
    assert.equal(problemOf({ Stage: ['Open'] }), 'The field takes no list; null clears it');
    assert.equal(problemOf({ Stage: 'Lost' }), near);
    assert.equal(problemOf({ Tags: ['Open', 'Lost'] }), near);
  });

  it('lets choices be cleared where they are replaced, and not where others are added', () => {
    const added = 'Nothing is cleared where choices are added: set overWrite to true';

    assert.deepEqual(
      [true, undefined, false].map((overWrite) => problemOf({ Tags: [] }, { overWrite })),
      [undefined, undefined, added],
    );
    assert.equal(problemOf({ Stage: null }, { overWrite: false }), undefined);
  });

  it('sends new choices all the same where that is asked for', () => {
    assert.equal(problemOf({ Stage: 'Lost' }, { allowNewChoices: true }), undefined);
  });
});

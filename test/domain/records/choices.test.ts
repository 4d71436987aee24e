import assert from 'node:assert/strict';
import {
  newChoiceProblem,
  newChoices,
  renamedChoices,
  takesChoices,
  takesSeveral,
} from '../../../src/domain/records/choices';

const STAGE = {
  dataType: 'picklist',
  picklistValues: [
    { actual: 'Closed Won', display: 'Gewonnen' },
    { actual: 'Closed Lost', display: 'Verloren' },
  ],
};

describe('a field', () => {
  it('takes choices if it is a picklist, or has some', () => {
    const { picklistValues } = STAGE;

    assert.deepEqual(
      [
        STAGE,
        { dataType: 'picklist', picklistValues: [] },
        { dataType: 'multiselectpicklist', picklistValues: [] },
        { dataType: 'text', picklistValues },
        { dataType: 'text', picklistValues: [] },
      ].map(takesChoices),
      [true, true, true, true, false],
    );
  });

  it('takes several if it is a multi-select', () => {
    assert.deepEqual([{ dataType: 'multiselectpicklist' }, STAGE].map(takesSeveral), [true, false]);
  });
});

describe('new choices', () => {
  it('are those that have neither of the names, in their order', () => {
    assert.deepEqual(newChoices(STAGE, ['Closed Won', 'Lost', 'Verloren', 'Won', '-None-', 7]), ['Lost', 'Won', '7']);
  });

  it('are none where Zoho does not say which there are', () => {
    assert.deepEqual(newChoices({ dataType: 'picklist', picklistValues: [] }, ['Lost']), []);
  });
});

describe('the problem of a new choice', () => {
  it('names the actual name of a choice that is named as it is shown', () => {
    assert.equal(
      newChoiceProblem(STAGE, 'Gewonnen'),
      'The picklist has this choice as Closed Won, which is what a file must name',
    );
  });

  it('names the nearest choices, and not the one that was given', () => {
    assert.equal(
      newChoiceProblem(STAGE, 'Closed Lst'),
      'The picklist does not have this choice; the nearest are Closed Lost, Closed Won',
    );
  });

  it('names none where there are none', () => {
    assert.equal(
      newChoiceProblem({ dataType: 'picklist', picklistValues: [] }, 'Lost'),
      'The picklist does not have this choice',
    );
  });
});

describe('the names of choices that have other ones', () => {
  const named = (pairs: readonly [string, string][]) =>
    renamedChoices({ dataType: 'picklist', picklistValues: pairs.map(([actual, display]) => ({ actual, display })) });

  it('stand for the actual values', () => {
    assert.deepEqual(
      named([
        ['Closed Won', 'Gewonnen'],
        ['Open', 'Open'],
        ['Lost', 'Verloren'],
      ]),
      {
        Gewonnen: 'Closed Won',
        Verloren: 'Lost',
      },
    );
  });

  it('stand for themselves where they are ambiguous', () => {
    assert.equal(
      named([
        ['A', 'Same'],
        ['B', 'Same'],
      ]),
      undefined,
    );
    assert.equal(
      named([
        ['Won', 'Lost'],
        ['Lost', 'Lost'],
      ]),
      undefined,
    );
    assert.equal(
      named([
        ['Won', 'Lost'],
        ['Lost', 'Won'],
      ]),
      undefined,
    );
  });
});

import assert from 'node:assert/strict';
import { usefulFields } from '../../../src/domain/records/useful-fields';

describe('the fields for a first look', () => {
  const field = (apiName: string, more: object = {}) => ({
    apiName,
    dataType: 'text',
    systemMandatory: false,
    visible: true,
    virtual: false,
    ...more,
  });

  it('are those of every record first, then others in the order of the layout', () => {
    const names = usefulFields([field('Amount'), field('Deal_Name', { systemMandatory: true }), field('Stage')]);

    assert.deepEqual(names, ['id', 'Deal_Name', 'Amount', 'Stage']);
  });

  it('leave out what is hidden, computed on the way, or does not fit a cell', () => {
    const names = usefulFields([
      field('Hidden', { visible: false }),
      field('Virtual', { virtual: true }),
      field('Description', { dataType: 'textarea' }),
      field('Rows', { dataType: 'subform' }),
      field('$mark'),
      field('id'),
      field('Stage'),
    ]);

    assert.deepEqual(names, ['id', 'Stage']);
  });

  it('are no more than fit beside each other, and one at least', () => {
    const many = Array.from({ length: 40 }, (_, number) => field(`Field_${number}`));

    assert.equal(usefulFields(many).length, 7);
    assert.deepEqual(usefulFields([]), ['id']);
  });
});

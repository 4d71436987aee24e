import assert from 'node:assert/strict';
import type { WriteAnswer } from '../../../src/api/records/schemas';
import { useOrganization } from '../support/organization';

const DEALS = '/modules/Deals/records';

describe('a choice that a picklist does not have', () => {
  const org = useOrganization({ deals: 5 });

  const deal = (more: object = {}) => ({ Deal_Name: 'Written', Stage: 'Qualification', ...more });
  const write = async (records: object[], more: object = {}) => {
    const { status, body } = await org.post(`${DEALS}/write`, { operation: 'insert', records, ...more });
    assert.equal(status, 200, JSON.stringify(body));
    return body as WriteAnswer;
  };
  const calls = (operation: string) => org.simulator.control.calls().operations[operation]?.calls ?? 0;

  it('refuses its record with the nearest names, and the others keep their positions', async () => {
    const records = [deal({ Stage: 'Qualificaton' }), deal(), { Stage: 'Closed Won' }];

    const { outcomes } = await write(records);

    const [first, second, third] = outcomes;
    assert.ok(first?.status === 'error' && second?.status === 'success' && third?.status === 'error');
    assert.deepEqual(
      [first.code, first.fieldName, first.errors[0]?.pointer],
      ['INVALID_DATA', 'Stage', '#/records/0/Stage'],
    );
    assert.match(first.whatToDo, /the nearest are Qualification.* not sent/);
    assert.deepEqual([third.position, third.errors[0]?.pointer], [2, '#/records/2/Deal_Name']);
  });

  it('is not sent, unless the caller allows it', async () => {
    const before = calls('insertRecords');

    await write([deal({ Stage: 'Brand new' })]);
    const unsent = calls('insertRecords') - before;
    await write([deal({ Stage: 'Brand new' })], { allowNewChoices: true });

    assert.deepEqual([unsent, calls('insertRecords') - before], [0, 1]);
  });

  it('is found by fields that are read once a minute, and again before it is refused', async () => {
    await write([deal()]);
    const before = calls('listFields');

    await write([deal()]);
    const known = calls('listFields') - before;
    await write([deal({ Stage: 'Brand new' })]);

    assert.deepEqual([known, calls('listFields') - before], [0, 1]);
  });
});

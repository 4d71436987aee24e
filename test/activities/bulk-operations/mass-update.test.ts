import assert from 'node:assert/strict';
import { updateByIds } from '../../../src/activities/bulk-operations/mass-update';
import { Leg, UNFINISHED } from '../../../src/activities/pull/leg';
import { exportedRecords } from '../../support/exported-records';
import { keepMassUpdate } from '../../support/start-operation';
import { someOrganization, useActivities } from '../support';

describe('the activities of a mass update', () => {
  const activities = useActivities({ contacts: 600 });

  it('end with their leg, and go on with the records that have no outcome yet', async () => {
    const { id: connectionId } = await someOrganization(activities.knex, activities.simulator.url);
    const ids: string[] = [];
    for await (const { id } of exportedRecords(activities.simulator, 'Contacts')) ids.push(id as string);
    const operationId = await keepMassUpdate(activities.knex, connectionId, 'Contacts', {
      ids,
      values: { Title: 'CTO' },
    });
    const target = { connectionId, operationId };
    const leg = () => activities.run(() => updateByIds(activities.deps, target, new Leg({ calls: 1 })));

    assert.deepEqual(await leg(), UNFINISHED);
    assert.deepEqual(await leg(), { processed: 600, successful: 600, failed: 0 });
    assert.equal(activities.simulator.control.calls().operations['massUpdate']?.calls, 2);
  });
});

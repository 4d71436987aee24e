import assert from 'node:assert/strict';
import { createCoreActivities } from '../../src/activities';
import { getBulkOperation } from '../../src/db/bulk-operations/bulk-operations';
import { getSession } from '../../src/db/sessions/sessions';
import { operationRun, sessionRun } from '../../src/domain/runs/run';
import { someConnection, someSession } from '../db/support';
import { keepMassUpdate } from '../support/start-operation';
import { useActivities } from './support';

describe('the activities that record a run', () => {
  const fixture = useActivities();
  const patch = { phase: 'reading' };

  it('write the run that the update names', async () => {
    const { id } = await someSession(fixture.knex);
    const { recordProgress } = createCoreActivities(fixture.deps, () => false);

    const answer = await fixture.run(() => recordProgress({ run: sessionRun(id), sequence: 1, patch }));

    assert.equal(answer, 'applied');
    assert.equal((await getSession(fixture.knex, id)).phase, 'reading');
  });

  it('take tasks that were scheduled before a deploy, whose updates name only an id', async () => {
    const { recordProgress, recordBulkOperation } = createCoreActivities(fixture.deps, () => false);
    const { id: sessionId } = await someSession(fixture.knex);
    const { id: connectionId } = await someConnection(fixture.knex);
    const operationId = await keepMassUpdate(fixture.knex, connectionId, 'Deals', { ids: ['1'], values: {} });

    await fixture.run(() => recordProgress({ sessionId, sequence: 1, patch }));
    await fixture.run(() => recordBulkOperation({ sessionId: operationId, sequence: 1, patch }));

    assert.equal((await getSession(fixture.knex, sessionId)).phase, 'reading');
    assert.equal((await getBulkOperation(fixture.knex, operationId)).phase, 'reading');
  });

  it('say that a run whose row is gone has ended, instead of trying for ever', async () => {
    const { recordProgress, recordBulkOperation } = createCoreActivities(fixture.deps, () => false);
    const id = '01890000-0000-7000-8000-000000000000';

    const answers = [
      await fixture.run(() => recordProgress({ run: sessionRun(id), sequence: 1, patch })),
      await fixture.run(() => recordBulkOperation({ run: operationRun(id), sequence: 1, patch })),
    ];

    assert.deepEqual(answers, ['ended', 'ended']);
  });
});

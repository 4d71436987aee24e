import assert from 'node:assert/strict';
import { advanceWatermark, getWatermark } from '../../../src/db/sessions/watermarks';
import { someSession, useDatabase } from '../support';

const EARLY = new Date('2026-03-01T00:00:00Z');
const LATE = new Date('2026-03-02T00:00:00Z');

describe('watermarks', () => {
  const database = useDatabase();

  it('move forward and never back', async () => {
    const { id: sessionId, connectionId, moduleName } = await someSession(database.knex);
    const scope = { connectionId, moduleName, sessionId };

    await advanceWatermark(database.knex, { ...scope, completeUntil: LATE, deletesUntil: EARLY });
    await advanceWatermark(database.knex, { ...scope, completeUntil: EARLY, deletesUntil: LATE });

    const mark = await getWatermark(database.knex, connectionId, moduleName);
    assert.deepEqual(mark?.completeUntil, LATE);
    assert.deepEqual(mark?.deletesUntil, LATE);
  });

  it('keep the time of deletes when only changes were read', async () => {
    const { id: sessionId, connectionId, moduleName } = await someSession(database.knex);
    const scope = { connectionId, moduleName, sessionId };

    await advanceWatermark(database.knex, { ...scope, completeUntil: EARLY, deletesUntil: EARLY });
    await advanceWatermark(database.knex, { ...scope, completeUntil: LATE });

    const mark = await getWatermark(database.knex, connectionId, moduleName);
    assert.deepEqual([mark?.completeUntil, mark?.deletesUntil], [LATE, EARLY]);
  });
});

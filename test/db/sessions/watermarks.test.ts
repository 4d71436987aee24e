import assert from 'node:assert/strict';
import { advanceWatermark, getReadingStart, getWatermark } from '../../../src/db/sessions/watermarks';
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

  it('that a clock ahead has set into the future are not believed, and can be set right', async () => {
    const session = await someSession(database.knex);
    const { id: sessionId, connectionId, moduleName, startedAt } = session;
    const scope = { connectionId, moduleName, sessionId };
    const ahead = new Date(Date.now() + 600_000);
    await advanceWatermark(database.knex, { ...scope, completeUntil: ahead, deletesUntil: ahead });

    const mark = await getWatermark(database.knex, connectionId, moduleName);
    const start = mark && (await getReadingStart(database.knex, mark));
    await advanceWatermark(database.knex, { ...scope, completeUntil: LATE, deletesUntil: EARLY });
    const mended = await getWatermark(database.knex, connectionId, moduleName);

    assert.deepEqual(start, { changes: startedAt, deletes: startedAt });
    assert.deepEqual([mended?.completeUntil, mended?.deletesUntil], [LATE, EARLY]);
  });

  it('do not move over what nobody has read', async () => {
    const { id: sessionId, connectionId, moduleName } = await someSession(database.knex);
    const scope = { connectionId, moduleName, sessionId };
    const read = { ...scope, readFrom: EARLY, completeUntil: LATE };

    const ofNothing = await advanceWatermark(database.knex, read);
    assert.deepEqual([ofNothing, await getWatermark(database.knex, connectionId, moduleName)], [false, undefined]);
    await advanceWatermark(database.knex, { ...scope, completeUntil: new Date(EARLY.getTime() - 1) });
    const overGap = await advanceWatermark(database.knex, read);
    await advanceWatermark(database.knex, { ...scope, completeUntil: EARLY });
    const withoutGap = await advanceWatermark(database.knex, read);

    assert.deepEqual([overGap, withoutGap], [false, true]);
    assert.deepEqual((await getWatermark(database.knex, connectionId, moduleName))?.completeUntil, LATE);
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

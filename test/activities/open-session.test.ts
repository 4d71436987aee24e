import assert from 'node:assert/strict';
import { openSession } from '../../src/activities/open-session';
import { closeRun } from '../../src/db/runs/close-run';
import { listSessions } from '../../src/db/sessions/sessions';
import { sessionRun } from '../../src/domain/runs/run';
import type { SessionRequest } from '../../src/temporal/contract/open-session';
import { someConnection, useDatabase } from '../db/support';

describe('opening the session of a run', () => {
  const database = useDatabase();

  async function request(): Promise<SessionRequest> {
    const { id: connectionId } = await someConnection(database.knex);
    return {
      workflowId: `full-sync:org:${connectionId}`,
      firstExecutionRunId: 'first',
      connectionId,
      sessionType: 'full_sync',
      trigger: 'nightly',
      module: 'Deals',
      options: { compare: 'times' },
    };
  }

  it('opens one, however often and at once it is asked for', async () => {
    const asked = await request();

    const opened = await Promise.all(Array.from({ length: 6 }, () => openSession(database, asked)));

    const sessions = await listSessions(database.knex, { connectionId: asked.connectionId }, { limit: 9 });
    assert.deepEqual(
      opened,
      opened.map(() => ({ status: 'opened', sessionId: sessions[0]?.id })),
    );
    assert.deepEqual(
      sessions.map(({ trigger, moduleName, syncConfig }) => ({ trigger, moduleName, syncConfig })),
      [{ trigger: 'nightly', moduleName: 'Deals', syncConfig: { compare: 'times' } }],
    );
  });

  it('opens no second night by the clock for hours, whose time the clock may show twice', async () => {
    const asked: SessionRequest = { ...(await request()), sessionType: 'nightly', trigger: 'schedule', module: '*' };
    const first = await openSession(database, asked);
    assert.ok(first.status === 'opened');
    await closeRun(database.knex, sessionRun(first.sessionId), { status: 'cancelled', reason: 'over' });
    const next = { ...asked, firstExecutionRunId: 'second' };

    const second = await openSession(database, next);
    const byPerson = await openSession(database, { ...next, trigger: 'api' });

    assert.deepEqual(second, { status: 'skipped', reason: 'night_begun', by: first.sessionId });
    assert.equal(byPerson.status, 'opened');
  });

  it('opens another one for another run, once the first has ended', async () => {
    const asked = await request();
    const first = await openSession(database, asked);
    assert.ok(first.status === 'opened');
    const next = { ...asked, firstExecutionRunId: 'second' };
    assert.deepEqual(await openSession(database, next), {
      status: 'skipped',
      reason: 'track_taken',
      by: first.sessionId,
    });
    await database.knex.raw(`update sync.crm_sync_sessions set status = 'completed' where id = ?`, [first.sessionId]);

    const second = await openSession(database, next);

    assert.ok(second.status === 'opened' && second.sessionId !== first.sessionId);
  });
});

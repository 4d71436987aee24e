import assert from 'node:assert/strict';
import { openSession } from '../../src/activities/open-session';
import { listSessions } from '../../src/db/sessions/sessions';
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

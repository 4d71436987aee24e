import assert from 'node:assert/strict';
import { closeRun } from '../../../src/db/runs/close-run';
import { IdempotencyKeyUsed } from '../../../src/db/runs/idempotency-key-used';
import { recordRunUpdate } from '../../../src/db/runs/record-run-update';
import {
  ActiveSessionExists,
  createSession,
  getSession,
  listActiveSessions,
  listSessions,
} from '../../../src/db/sessions/sessions';
import { sessionRun } from '../../../src/domain/runs/run';
import { someConnection, someSession, useDatabase } from '../support';

describe('sessions', () => {
  const database = useDatabase();

  it('refuses a second active session of a module and names the first', async () => {
    const first = await someSession(database.knex);

    const second = someSession(database.knex, { connectionId: first.connectionId });

    await assert.rejects(second, (error: unknown) => {
      assert.ok(error instanceof ActiveSessionExists);
      assert.equal(error.activeSessionId, first.id);
      return true;
    });
  });

  it('lets exactly one of many simultaneous sessions of a module in', async () => {
    const { id: connectionId } = await someConnection(database.knex);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => someSession(database.knex, { connectionId })),
    );

    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.ok(
      outcomes.every((outcome) => outcome.status === 'fulfilled' || outcome.reason instanceof ActiveSessionExists),
    );
  });

  it('does not abort the transaction of the caller it refuses', async () => {
    const first = await someSession(database.knex);

    await database.knex.transaction(async (trx) => {
      await assert.rejects(someSession(trx, { connectionId: first.connectionId }), ActiveSessionExists);
      await someSession(trx, { connectionId: first.connectionId, moduleName: 'Accounts' });
    });

    const active = await listActiveSessions(database.knex, { connectionId: first.connectionId });
    assert.deepEqual(
      active.map(({ moduleName }) => moduleName),
      ['Deals', 'Accounts'],
    );
  });

  it('lets a module be synced again once its session has ended', async () => {
    const first = await someSession(database.knex);
    await recordRunUpdate(database.knex, { run: sessionRun(first.id), sequence: 1, patch: { status: 'completed' } });

    const second = await someSession(database.knex, { connectionId: first.connectionId });

    assert.equal(second.status, 'initiated');
  });

  for (const [what, change, isRepeat] of [
    ['the same request', {}, true],
    ['another request', { requestHash: 'other' }, false],
    ['another kind of sync', { sessionType: 'incremental_sync' }, false],
  ] as const) {
    it(`answers an idempotency key that came before with ${what} with the session it made, active or not`, async () => {
      const request = { initiatedBy: 'api-key:night', idempotencyKey: what, requestHash: 'h' };
      const first = await someSession(database.knex, request);

      const second = someSession(database.knex, { ...request, ...change, connectionId: first.connectionId });

      await assert.rejects(second, (error: unknown) => {
        assert.ok(error instanceof IdempotencyKeyUsed);
        assert.deepEqual({ runId: error.runId, isRepeat: error.isRepeat }, { runId: first.id, isRepeat });
        return true;
      });
    });
  }

  it('keeps the idempotency keys of two callers apart', async () => {
    await someSession(database.knex, { initiatedBy: 'api-key:a', idempotencyKey: 'same' });

    const other = await someSession(database.knex, { initiatedBy: 'api-key:b', idempotencyKey: 'same' });

    assert.equal(other.idempotencyKey, 'same');
  });

  it('lists newest first, page after page, without losing or repeating one', async () => {
    const { id: connectionId } = await someConnection(database.knex);
    const created: string[] = [];
    for (const moduleName of ['Leads', 'Deals', 'Accounts', 'Contacts', 'Tasks']) {
      created.push(
        (
          await createSession(database.knex, {
            connectionId,
            moduleName,
            sessionType: 'full_sync',
            initiatedBy: 'test',
          })
        ).id,
      );
    }

    const seen: string[] = [];
    for (let before: string | undefined; ; before = seen.at(-1)) {
      const page = await listSessions(database.knex, { connectionId }, { limit: 2, ...(before && { before }) });
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
    }

    assert.deepEqual(seen, created.toReversed());
  });

  it('filters by status and module', async () => {
    const session = await someSession(database.knex);
    await someSession(database.knex, { connectionId: session.connectionId, moduleName: 'Leads' });
    await closeRun(database.knex, sessionRun(session.id), { status: 'failed', reason: 'test' });

    const filter = {
      connectionId: session.connectionId,
      moduleName: 'Deals',
      status: ['failed', 'cancelled'],
    } as const;
    const found = await listSessions(database.knex, filter, { limit: 10 });

    assert.deepEqual(
      found.map(({ id }) => id),
      [session.id],
    );
  });

  it('closes an abandoned session once, and leaves an ended one alone', async () => {
    const session = await someSession(database.knex);

    const first = await closeRun(database.knex, sessionRun(session.id), {
      status: 'failed',
      reason: 'terminated in Temporal',
    });
    const second = await closeRun(database.knex, sessionRun(session.id), { status: 'cancelled', reason: 'too late' });

    const row = await getSession(database.knex, session.id);
    assert.deepEqual([first, second], [true, false]);
    assert.equal(row.status, 'failed');
    assert.equal(row.errorMessage, 'terminated in Temporal');
  });
});

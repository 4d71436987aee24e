import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { CallQueue, type QueueOptions } from '../../../src/connection/broker/call-queue';
import { createDatabase } from '../../../src/db/postgres/knex';
import { useDatabase } from '../../db/support';
import { poll } from '../../support/poll';
import { useBrokers } from './support';

const REQUEST = {
  operation: 'list_records',
  priority: 'full',
  heavy: false,
  credits: 1,
  maxWaitMs: 2_000,
} as const;

describe("a process's calls to a connection", () => {
  const database = useDatabase();
  const { closeAfterTest, connection, spentOf } = useBrokers(database);

  /** The queue of one process, whose lease no test outlives. */
  function queue(connectionId: string, options: Partial<QueueOptions> = {}, knex: Knex = database.knex): CallQueue {
    const all = { owner: randomUUID(), leaseMs: 600_000, giveUpAfterMs: 10_000, ...options };
    return closeAfterTest(new CallQueue(knex, connectionId, all));
  }

  const inState = async (connectionId: string, state: 'waiting' | 'running'): Promise<number> => {
    const [row] = await database
      .knex('sync.call_queue')
      .where({ connection_id: connectionId, state })
      .whereNotNull('owner')
      .count('* as calls');
    return Number(row?.['calls']);
  };

  const untilWaiting = (connectionId: string, calls: number) =>
    poll(async () => (await inState(connectionId, 'waiting')) === calls, { what: `${calls} calls wait` });

  it('are not queued for a caller who has given up before', async () => {
    const connectionId = await connection();

    await assert.rejects(queue(connectionId).acquire(REQUEST, AbortSignal.abort(new Error('gone'))), /gone/);

    assert.equal((await spentOf(connectionId))?.[4], 0);
  });

  it('are not sent if their caller gives up before they are', async () => {
    const connectionId = await connection();
    const calls = queue(connectionId);
    const caller = new AbortController();

    const given = calls.acquire(REQUEST, caller.signal);
    const kept = calls.acquire(REQUEST, undefined);
    caller.abort(new Error('gone'));

    await assert.rejects(given, /gone/);
    assert.equal((await kept).outcome, 'admitted');
    assert.equal((await spentOf(connectionId))?.[4], 1);
  });

  it('wait no longer in the database once their caller has given up', async () => {
    const connectionId = await connection({ concurrency: 1 });
    const calls = queue(connectionId);
    await calls.acquire(REQUEST, undefined);
    const caller = new AbortController();
    const waiting = calls.acquire(REQUEST, caller.signal);
    waiting.catch(() => undefined);
    await untilWaiting(connectionId, 1);

    caller.abort(new Error('gone'));

    await assert.rejects(waiting, /gone/);
    await untilWaiting(connectionId, 0);
    assert.equal((await spentOf(connectionId))?.[4], 1);
  });

  it('end when the process stops: those that wait fail, and slots are given back', async () => {
    const connectionId = await connection({ concurrency: 1 });
    const calls = queue(connectionId);
    const { ticket } = await calls.acquire(REQUEST, undefined);
    const waiting = calls.acquire(REQUEST, undefined);
    waiting.catch(() => undefined);
    await untilWaiting(connectionId, 1);

    calls.release({ ticket, sent: true });
    await calls.close();

    await assert.rejects(waiting, /is stopping/);
    await assert.rejects(calls.acquire(REQUEST, undefined), /is stopping/);
    assert.deepEqual([await inState(connectionId, 'running'), await inState(connectionId, 'waiting')], [0, 0]);
  });

  it('leave the deadline of one that gave up to the next', async () => {
    const connectionId = await connection({ concurrency: 1 });
    await queue(connectionId).acquire(REQUEST, undefined);
    const hasty = queue(connectionId, { giveUpAfterMs: 20 });

    const { outcome } = await hasty.acquire(REQUEST, undefined);

    assert.equal(outcome, 'timed_out');
    await poll(async () => (await keptDeadlines(connectionId)) === 1, { what: 'the deadline was kept' });
  });

  it('give their slots back once the database answers again', async () => {
    const connectionId = await connection({ concurrency: 1 });
    const calls = queue(connectionId);
    const { ticket } = await calls.acquire(REQUEST, undefined);

    await withoutAdmission(async () => {
      calls.release({ ticket, sent: true });
      await assert.rejects(calls.acquire(REQUEST, undefined), { code: '42883' });
    });

    assert.equal((await queue(connectionId).acquire(REQUEST, undefined)).outcome, 'admitted');
  });

  it('give back a slot that was granted by a statement whose reply was lost', async () => {
    const connectionId = await connection({ concurrency: 1 });
    const url = new URL(database.url);
    url.searchParams.set('query_timeout', '100');
    const impatient = createDatabase(url.href, { poolMax: 1 });
    closeAfterTest({ close: () => impatient.destroy() });
    const calls = queue(connectionId, {}, impatient);

    await database.knex.transaction(async (locking) => {
      await locking('sync.credit_accounts').where({ connection_id: connectionId }).forUpdate();
      await assert.rejects(calls.acquire(REQUEST, undefined), /timeout/);
    });

    await poll(async () => (await inState(connectionId, 'running')) === 1, { what: 'the slot was granted' });
    assert.equal((await queue(connectionId).acquire(REQUEST, undefined)).outcome, 'admitted');
    assert.equal((await spentOf(connectionId))?.[4], 1);
  });

  async function keptDeadlines(connectionId: string): Promise<number> {
    const kept = await database
      .knex('sync.call_queue')
      .where({ connection_id: connectionId, state: 'waiting', owner: null })
      .whereNotNull('deadline_kept_until');
    return kept.length;
  }

  /** Runs work while every exchange fails. */
  async function withoutAdmission(work: () => Promise<void>): Promise<void> {
    const types = 'uuid, uuid, integer, jsonb, jsonb, jsonb';
    await database.knex.raw(`alter function sync.admit_calls(${types}) rename to admit_calls_away`);
    try {
      await work();
    } finally {
      await database.knex.raw(`alter function sync.admit_calls_away(${types}) rename to admit_calls`);
    }
  }
});

import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Knex } from 'knex';
import { bareEnvironment } from '../../dev/processes/managed-process';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN } from '../../simulator';
import { DatabaseTokenSource } from '../../src/connection/token-source';
import { ensureConnection } from '../../src/db/connections/ensure-connection';
import { saveApiLimits } from '../../src/db/credits/api-limits';
import { parseKeyRing } from '../../src/db/postgres/encryption';
import { limitsOfEdition } from '../../src/domain/credits/edition-limits';
import { useDatabase } from '../db/support';
import { ENCRYPTION_KEY } from '../support/encryption-key';
import { poll } from '../support/poll';
import { killWithThisProcess } from '../support/shared';
import type { BusyCall, BusyResult, BusyRun } from './busy-caller';

const RUNS = 50;
const LOOPS = 20;
const CREDITS = 200;
/** Ten per cent stay free. */
const USABLE = 180;
const LATENCY_MS = 3;
const CONCURRENCY = 20;

interface CallReport {
  credits: { used: number };
  concurrency: { maximumSeen: number; maximumHeavySeen: number; refused: number };
}

describe('two busy workers at one Enterprise organization', function () {
  this.timeout(180_000);
  const database = useDatabase();
  const children: ChildProcess[] = [];
  let zoho = '';

  before(async () => {
    const simulator = await started(
      'simulator/main.ts',
      [
        '--edition',
        'enterprise',
        '--credits',
        `${CREDITS}`,
        '--latency-ms',
        `${LATENCY_MS}`,
        '--port',
        '0',
        '--deals',
        '20',
        '--no-token-throttle',
      ],
      {},
    );
    zoho = simulator.url;
  });
  after(() => children.forEach((child) => child.kill('SIGKILL')));

  /** Starts a program of ours; resolves once it says that it is ready. */
  async function started(file: string, args: string[], env: Record<string, string>) {
    const child = fork(path.join(__dirname, '..', '..', file), args, {
      execArgv: ['--import=tsx'],
      env: { ...bareEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    children.push(child);
    if (child.pid !== undefined) child.once('exit', killWithThisProcess(child.pid));
    const [first] = (await Promise.race([
      once(child.stdout ?? assert.fail(), 'data'),
      once(child, 'message'),
    ])) as unknown[];
    const url = /"url":"([^"]+)"/.exec(String(first))?.[1] ?? '';
    return { child, url };
  }

  const startCaller = async (): Promise<ChildProcess> =>
    (
      await started('test/chaos/busy-caller.ts', [], {
        DATABASE_URL: database.url,
        PULSE_ENCRYPTION_KEYS: ENCRYPTION_KEY,
      })
    ).child;

  async function run(child: ChildProcess, command: BusyRun): Promise<BusyResult> {
    child.send(command);
    const [result] = (await once(child, 'message')) as [BusyResult | { failure: string }];
    return 'failure' in result ? assert.fail(result.failure) : result;
  }

  async function control(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${zoho}/__simulator/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    return answer.status === 204 ? undefined : answer.json();
  }

  /** A connection with a full purse, at an organization where nothing has been called yet. */
  async function freshConnection(knex: Knex, name: string): Promise<string> {
    await control('DELETE', 'calls');
    await control('POST', 'credits', { used: 0 });
    const { id } = await ensureConnection(knex, parseKeyRing([ENCRYPTION_KEY]), {
      name,
      dataCenter: 'us',
      accountsUrl: zoho,
      clientId: DEMO_CLIENT_ID,
      clientSecret: DEMO_CLIENT_SECRET,
      refreshToken: DEMO_REFRESH_TOKEN,
    });
    await saveApiLimits(knex, id, { ...limitsOfEdition('enterprise', 10), dailyCredits: CREDITS }, 'configured');
    // With a token in the row all callers begin at once.
    await knex('sync.connections').where({ id }).update({ grant_checked_at: new Date() });
    const access = { knex, keyRing: () => parseKeyRing([ENCRYPTION_KEY]), allowLoopback: true, timeoutMs: 5_000 };
    await new DatabaseTokenSource(id, access, () => assert.fail('The grant is known.')).current();
    return id;
  }

  /** Calls of lower priority that waited when an interactive call arrived, and those of them that were served first. */
  function queueBefore(interactive: BusyCall, calls: readonly BusyCall[]): { waiting: number; servedFirst: number } {
    const waiting = calls.filter(
      ({ priority, arrived, served }) =>
        priority !== 'interactive' && arrived < interactive.arrived && served > interactive.arrived,
    );
    return { waiting: waiting.length, servedFirst: waiting.filter(({ served }) => served < interactive.served).length };
  }

  it(`stays within Zoho's limits and the buffer, and serves interactive calls first, in ${RUNS} seeded runs`, async () => {
    const callers = await Promise.all([startCaller(), startCaller()]);
    const queue = { waiting: 0, servedFirst: 0 };
    let exhausted = 0;
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const connectionId = await freshConnection(database.knex, `run${seed}`);
      const calls = 1 + (seed % 5);

      const results = await Promise.all(
        callers.map((child, index) =>
          run(child, { connectionId, seed: seed * 2 + index, loops: LOOPS, calls, heavyShare: (seed % 4) / 4 }),
        ),
      );

      const { credits, concurrency } = (await control('GET', 'calls')) as CallReport;
      const made = results.flatMap((result) => result.calls);
      const spent = results.some(({ refused }) => (refused['CREDITS_SPENT'] ?? 0) > 0);
      if (spent) exhausted += 1;
      const context = `run ${seed}: ${JSON.stringify({ credits, concurrency, refused: results.map((r) => r.refused) })}`;
      assert.ok(concurrency.maximumSeen <= CONCURRENCY && concurrency.maximumHeavySeen <= 10, context);
      assert.equal(concurrency.refused, 0, context);
      assert.ok(credits.used <= USABLE, context);
      assert.equal(credits.used, made.length, context);
      for (const { calls: own } of results) {
        for (const interactive of own.filter(({ priority }) => priority === 'interactive')) {
          const { waiting, servedFirst } = queueBefore(interactive, own);
          queue.waiting += waiting;
          queue.servedFirst += servedFirst;
        }
      }
      if (!spent) assert.equal(made.length, 2 * LOOPS * calls, `everyone is served in ${context}`);
    }
    // Some were admitted by the exchange that was on its way when the interactive call arrived.
    assert.ok(queue.waiting > 0 && queue.servedFirst < queue.waiting / 2, JSON.stringify(queue));
    assert.ok(exhausted > 0 && exhausted < RUNS, `${exhausted} runs met the end of the credits`);
  });

  it('keeps admitting calls after a kill -9 of one process', async () => {
    const [killed, other] = await Promise.all([startCaller(), startCaller()]);
    const connectionId = await freshConnection(database.knex, 'killed');
    await control('POST', 'faults', { kind: 'latency', operation: 'listRecords', delayMs: 60_000, times: LOOPS });
    killed.send({ connectionId, seed: 1, loops: LOOPS, calls: 1, heavyShare: 0 } satisfies BusyRun);
    await untilRunning(database.knex, connectionId, CONCURRENCY - 1);
    const ended = once(killed, 'exit');
    killed.kill('SIGKILL');
    await ended;
    await control('DELETE', 'faults');

    const { calls, refused } = await run(other, { connectionId, seed: 2, loops: LOOPS, calls: 5, heavyShare: 0 });

    assert.deepEqual([calls.length, refused], [5 * LOOPS, {}]);
  });

  async function untilRunning(knex: Knex, connectionId: string, least: number): Promise<void> {
    await poll(
      async () => {
        const answer = await knex.raw<{ rows: [{ running: number }] }>(
          `select count(*)::int as running from sync.call_queue where connection_id = ? and state = 'running'`,
          [connectionId],
        );
        return answer.rows[0].running >= least;
      },
      { what: `${least} calls are running` },
    );
  }
});

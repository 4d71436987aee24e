import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { startSimulator, type Simulator } from '../../simulator';
import { CreditBroker } from '../../src/connection/broker/broker';
import { callOrganization, type Caller, retryExpired, type ZohoCalls } from '../../src/connection/call';
import { DatabaseTokenSource } from '../../src/connection/token-source';
import { ZohoTransports } from '../../src/connection/transports';
import { saveApiLimits } from '../../src/db/credits/api-limits';
import { readCreditWindow } from '../../src/db/credits/credit-window';
import { listModules } from '../../src/zoho/metadata/modules';
import { getOrg } from '../../src/zoho/metadata/org';
import { someOrganization, TIMEOUT_MS } from '../activities/support';
import { KEY_RING, useDatabase } from '../db/support';
import { poll } from '../support/poll';

const CREDITS = 1_000;

describe('callOrganization', () => {
  const database = useDatabase();
  const logLines: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void logLines.push(line) });
  let simulator: Simulator;
  let broker: CreditBroker;
  let zoho: ZohoTransports;
  before(async () => {
    const { knex } = database;
    simulator = await startSimulator({ deals: 1, credits: CREDITS, tokenThrottle: false });
    broker = new CreditBroker(knex, { defaultPriority: 'full' });
    zoho = new ZohoTransports({ knex, keyRing: () => KEY_RING, allowLoopback: true, timeoutMs: TIMEOUT_MS, broker });
  });
  after(async () => {
    await zoho.close();
    await broker.close();
    await simulator.close();
  });
  afterEach(() => {
    simulator.control.clearFaults();
    simulator.control.setCreditsUsed(0);
    logLines.length = 0;
  });

  async function connection(): Promise<string> {
    const { id } = await someOrganization(database.knex, simulator.url);
    await saveApiLimits(database.knex, id, { dailyCredits: CREDITS, concurrency: 20, heavyConcurrency: 10 }, 'edition');
    return id;
  }
  const organizations = () => ({ knex: database.knex, zoho, logger });
  const readOrg = (id: string, caller: Partial<Caller> = {}) =>
    callOrganization(organizations(), id, { worker: 'test', ...caller }, ({ transport, options }) =>
      getOrg(transport, options),
    );
  const ledger = (id: string): Promise<Record<string, unknown>[]> =>
    database
      .knex('sync.api_ledger')
      .select('operation', 'calls', 'failed_calls as failed', 'session_id as runId', 'worker')
      .where({ connection_id: id })
      .orderBy('operation');
  const spent = async (id: string) => (await readCreditWindow(database.knex, id))?.window.spent;

  it("takes the broker's permit for every call, at the caller's priority", async () => {
    const id = await connection();

    await readOrg(id, { priority: 'push' });

    assert.deepEqual(await spent(id), [0, 1, 0, 0, 0, 0, 0]);
  });

  it('writes every call to the ledger when the work succeeds', async () => {
    const id = await connection();
    const runId = randomUUID();

    await readOrg(id, { runId });

    assert.deepEqual(await ledger(id), [{ operation: 'get_org', calls: 1, failed: 0, runId, worker: 'test' }]);
  });

  it('writes every call to the ledger when the work fails', async () => {
    const id = await connection();
    simulator.control.addFault({ kind: 'error', status: 503, operation: 'listModules', times: 1 });

    const work = callOrganization(organizations(), id, { worker: 'test' }, async ({ transport, options }) => {
      await getOrg(transport, options);
      return listModules(transport, options);
    });

    await assert.rejects(work, { name: 'ZohoError', category: 'server' });
    assert.deepEqual(await ledger(id), [
      { operation: 'get_org', calls: 1, failed: 0, runId: null, worker: 'test' },
      { operation: 'list_modules', calls: 1, failed: 1, runId: null, worker: 'test' },
    ]);
  });

  it('ends and enters a call that is in flight when the work fails', async () => {
    const id = await connection();
    const fault = simulator.control.addFault({ kind: 'latency', operation: 'listModules', delayMs: TIMEOUT_MS });
    const inFlight = () => poll(async () => fault.struck > 0, { what: 'the call was in flight' });

    const work = callOrganization(organizations(), id, { worker: 'test' }, async ({ transport, options }) => {
      const slow = listModules(transport, options);
      await Promise.all([slow, inFlight().then(() => Promise.reject(new Error('gave up')))]);
    });

    await assert.rejects(work, /gave up/);
    assert.deepEqual(await ledger(id), [
      { operation: 'list_modules', calls: 1, failed: 0, runId: null, worker: 'test' },
    ]);
  });

  it('waits for a call without its signal before it writes the ledger', async () => {
    const id = await connection();
    simulator.control.addFault({ kind: 'latency', operation: 'listModules', delayMs: 300 });

    await callOrganization(organizations(), id, { worker: 'test' }, async ({ transport, options }) => {
      const { signal: _signal, ...uncut } = options;
      void listModules(transport, uncut);
    });

    assert.equal((await ledger(id))[0]?.['calls'], 1);
  });

  it('refuses a call once the work has ended', async () => {
    const id = await connection();

    const late = await callOrganization(
      organizations(),
      id,
      { worker: 'test' },
      async ({ transport, options }) =>
        () =>
          getOrg(transport, options),
    );

    await assert.rejects(late(), /has ended/);
  });

  it('logs an error and keeps the result when the ledger cannot be written', async () => {
    const org = await readOrg(await connection(), { runId: 'no uuid' });

    assert.match(org.id, /^\d+$/);
    const [line] = logLines.map((each) => JSON.parse(each) as Record<string, unknown>);
    assert.deepEqual(
      [line?.['msg'], line?.['calls']],
      ['The cost of calls to Zoho could not be written to the ledger.', 1],
    );
    assert.match(JSON.stringify(line?.['err']), /invalid input syntax for type uuid/);
  });

  it('makes the call with a token the connection has not stored', async () => {
    const [stored, id] = [await connection(), await connection()];
    const token = await tokenOf(stored);
    await database.knex('sync.connections').where({ id }).update({ refresh_token_encrypted: null });

    await readOrg(id, { token });

    assert.equal((await ledger(id))[0]?.['calls'], 1);
  });

  it('neither spends nor corrects credits of the account for a token of perhaps another organization', async () => {
    const id = await connection();
    const token = await tokenOf(id);
    simulator.control.setCreditsUsed(900);

    await readOrg(id, { priority: 'interactive', token });

    assert.deepEqual(await spent(id), [0, 0, 0, 0, 0, 0, 0]);
    assert.equal((await ledger(id))[0]?.['calls'], 1);
  });

  describe('with work that may be repeated', () => {
    const repeatable = <T>(id: string, work: (zoho: ZohoCalls) => Promise<T>): Promise<T> =>
      callOrganization(organizations(), id, { worker: 'test' }, async (zoho) => {
        await listModules(zoho.transport, zoho.options);
        return retryExpired(zoho, () => work(zoho));
      });
    const org = ({ transport, options }: ZohoCalls) => getOrg(transport, options);
    const callsOf = async (id: string) =>
      (await ledger(id)).find(({ operation }) => operation === 'get_org')?.['calls'];

    it('repeats it if it met nothing but an access token that Zoho no longer accepts', async () => {
      const id = await connection();
      simulator.control.addFault({ kind: 'unauthorized', operation: 'getOrganization', times: 1 });

      const found = await repeatable(id, org);

      assert.match(found.id, /^\d+$/);
      assert.equal(await callsOf(id), 2);
    });

    it('repeats it once', async () => {
      const id = await connection();
      simulator.control.addFault({ kind: 'unauthorized', operation: 'getOrganization', times: 2 });

      await assert.rejects(repeatable(id, org), { category: 'auth_expired' });

      assert.equal(await callsOf(id), 2);
    });

    it('does not repeat it where another call of it went well', async () => {
      const id = await connection();
      simulator.control.addFault({ kind: 'unauthorized', operation: 'getOrganization', after: 1, times: 1 });

      const work = repeatable(id, async (zoho) => {
        await org(zoho);
        return org(zoho);
      });

      await assert.rejects(work, { category: 'auth_expired' });
      assert.equal(await callsOf(id), 2);
    });

    it('does not repeat it for another failure', async () => {
      const id = await connection();
      simulator.control.addFault({ kind: 'error', status: 503, operation: 'getOrganization', times: 1 });

      await assert.rejects(repeatable(id, org), { category: 'server' });

      assert.equal(await callsOf(id), 1);
    });

    it('does not repeat it where it failed without a call', async () => {
      let times = 0;

      const work = repeatable(await connection(), async () => {
        times += 1;
        throw new Error('no call');
      });

      await assert.rejects(work, /no call/);
      assert.equal(times, 1);
    });
  });

  async function tokenOf(id: string) {
    const { knex } = database;
    const settings = { knex, keyRing: () => KEY_RING, allowLoopback: true, timeoutMs: TIMEOUT_MS };
    return new DatabaseTokenSource(id, settings, () => assert.fail('The grant is known.')).current();
  }
});

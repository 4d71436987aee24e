import assert from 'node:assert/strict';
import pino from 'pino';
import { startSimulator, type Simulator } from '../../../simulator';
import { callInteractively } from '../../../src/api/connections/call-interactively';
import { CreditBroker } from '../../../src/connection/broker/broker';
import { ZohoTransports } from '../../../src/connection/transports';
import { readCreditWindow } from '../../../src/db/credits/credit-window';
import type { ConnectionModel } from '../../../src/db/models/connection';
import { ZohoError } from '../../../src/zoho/errors/errors';
import type { CallOptions, ZohoTransport } from '../../../src/zoho/http/transport';
import { listModules } from '../../../src/zoho/metadata/modules';
import { getOrg } from '../../../src/zoho/metadata/org';
import { someOrganization, TIMEOUT_MS } from '../../activities/support';
import { KEY_RING, useDatabase } from '../../db/support';
import { connectSettings } from '../support/api';

describe('callInteractively', () => {
  const database = useDatabase();
  let simulator: Simulator;
  let broker: CreditBroker;
  let zoho: ZohoTransports;
  let connection: ConnectionModel;
  before(async () => {
    const { knex } = database;
    simulator = await startSimulator({ deals: 1 });
    broker = new CreditBroker(knex, { defaultPriority: 'full' });
    zoho = new ZohoTransports({
      knex,
      keyRing: () => KEY_RING,
      allowLoopback: true,
      timeoutMs: TIMEOUT_MS,
      broker,
      cacheTokens: false,
    });
    connection = await someOrganization(knex, simulator.url);
  });
  after(async () => {
    await zoho.close();
    await broker.close();
    await simulator.close();
  });
  beforeEach(async () => {
    simulator.control.clearFaults();
    await database.knex('sync.api_ledger').del();
  });

  function call<T>(work: (transport: ZohoTransport, options: CallOptions) => Promise<T>): Promise<T> {
    const { knex } = database;
    const organizations = { knex, zoho, logger: pino({ level: 'silent' }) };
    const connect = { ...connectSettings(knex, 'http://localhost'), organizations };
    return callInteractively({ connect }, connection, ({ transport, options }) => work(transport, options));
  }
  const refuseToken = (operation: string, times: number) =>
    simulator.control.addFault({ kind: 'unauthorized', operation, times });
  const ledger = (): Promise<{ operation: string; calls: number; failed: number; worker: string }[]> =>
    database
      .knex('sync.api_ledger')
      .select('operation', 'calls', 'failed_calls as failed', 'worker')
      .orderBy('operation');

  it('spends the credits reserved for interactive calls', async () => {
    await call(getOrg);

    const account = await readCreditWindow(database.knex, connection.id);
    assert.deepEqual(account?.window.spent, [1, 0, 0, 0, 0, 0, 0]);
  });

  it('runs the work again with a new access token if nothing was done before', async () => {
    refuseToken('getOrganization', 1);

    const org = await call(getOrg);

    assert.match(org.id, /^\d+$/);
    assert.deepEqual(await ledger(), [{ operation: 'get_org', calls: 2, failed: 1, worker: 'control-api' }]);
  });

  it('does not run work again that was done in part', async () => {
    refuseToken('listModules', 1);

    const work = call(async (transport, options) => {
      await getOrg(transport, options);
      return listModules(transport, options);
    });

    await assert.rejects(work, (error) => error instanceof ZohoError && error.category === 'auth_expired');
    assert.equal((await ledger())[0]?.calls, 1);
  });

  it('gives up when the second token is refused too', async () => {
    refuseToken('listModules', 2);

    const work = call(listModules);

    await assert.rejects(work, (error) => error instanceof ZohoError && error.category === 'auth_expired');
    assert.equal((await ledger())[0]?.calls, 2);
  });
});

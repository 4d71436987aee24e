import assert from 'node:assert/strict';
import pino from 'pino';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  startSimulator,
  type Simulator,
} from '../../simulator';
import { CreditBroker } from '../../src/connection/broker/credit-broker';
import { callZoho, type ZohoCaller } from '../../src/connection/call-zoho';
import { ensureConnection } from '../../src/db/connections/connections';
import type { ConnectionModel } from '../../src/db/models/connection';
import { ZohoError } from '../../src/zoho/errors/errors';
import { listModules } from '../../src/zoho/metadata/modules';
import { getOrg } from '../../src/zoho/metadata/org';
import { connectSettings } from '../api/support/api';
import { KEY_RING, useDatabase } from '../db/support';

describe('calling Zoho for a person', () => {
  const database = useDatabase();
  let simulator: Simulator;
  let broker: CreditBroker;
  let connection: ConnectionModel;
  const priorities: (string | undefined)[] = [];
  before(async () => {
    simulator = await startSimulator({ deals: 1 });
    broker = new CreditBroker(database.knex, { defaultPriority: 'full' });
    connection = await ensureConnection(database.knex, KEY_RING, {
      name: 'crm',
      dataCenter: 'us',
      accountsUrl: simulator.url,
      clientId: DEMO_CLIENT_ID,
      clientSecret: DEMO_CLIENT_SECRET,
      refreshToken: DEMO_REFRESH_TOKEN,
    });
  });
  after(async () => {
    await broker.close();
    await simulator.close();
  });
  beforeEach(async () => {
    simulator.control.clearFaults();
    priorities.length = 0;
    await database.knex('sync.api_ledger').del();
  });

  /** The real broker, and what it is told. */
  const caller = (): ZohoCaller => ({
    logger: pino({ level: 'silent' }),
    connect: {
      ...connectSettings(database.knex, 'http://localhost'),
      gateOf: (connectionId) => ({
        enter: async (call, signal) => {
          priorities.push(call.priority);
          return broker.gate(connectionId).enter(call, signal);
        },
      }),
    },
  });
  const refuseToken = (operation: string, times: number) =>
    simulator.control.addFault({ kind: 'unauthorized', operation, times });
  const ledger = (): Promise<{ operation: string; calls: number; failed: number; worker: string }[]> =>
    database
      .knex('sync.api_ledger')
      .select('operation', 'calls', 'failed_calls as failed', 'worker')
      .orderBy('operation');

  it('goes through the credit broker with the priority of people', async () => {
    await callZoho(caller(), connection, (transport, options) => getOrg(transport, options));

    assert.deepEqual(priorities, ['people']);
  });

  it('pays for calls whether or not the work succeeds', async () => {
    simulator.control.addFault({ kind: 'error', status: 503, operation: 'listModules', times: 1 });

    const work = callZoho(caller(), connection, async (transport, options) => {
      await getOrg(transport, options);
      return listModules(transport, options);
    });

    await assert.rejects(work, { name: 'ZohoError', category: 'server' });
    assert.deepEqual(await ledger(), [
      { operation: 'get_org', calls: 1, failed: 0, worker: 'control-api' },
      { operation: 'list_modules', calls: 1, failed: 1, worker: 'control-api' },
    ]);
  });

  it('runs the work again with a new access token if nothing was done before', async () => {
    refuseToken('getOrganization', 1);

    const org = await callZoho(caller(), connection, (transport, options) => getOrg(transport, options));

    assert.match(org.id, /^\d+$/);
    assert.deepEqual(await ledger(), [{ operation: 'get_org', calls: 2, failed: 1, worker: 'control-api' }]);
  });

  it('does not run work again that was done in part', async () => {
    refuseToken('listModules', 1);

    const work = callZoho(caller(), connection, async (transport, options) => {
      await getOrg(transport, options);
      return listModules(transport, options);
    });

    await assert.rejects(work, (error) => error instanceof ZohoError && error.category === 'auth_expired');
    assert.equal((await ledger())[0]?.calls, 1);
  });

  it('gives up when the second token is refused too', async () => {
    refuseToken('listModules', 2);

    const work = callZoho(caller(), connection, (transport, options) => listModules(transport, options));

    await assert.rejects(work, (error) => error instanceof ZohoError && error.category === 'auth_expired');
    assert.equal((await ledger())[0]?.calls, 2);
  });
});

import assert from 'node:assert/strict';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  type Simulator,
  startSimulator,
} from '../../../simulator';
import { SessionAnswer, SessionPage } from '../../../src/api/sessions/schemas';
import { ensureConnection } from '../../../src/db/connections/ensure-connection';
import { listSessions } from '../../../src/db/sessions/sessions';
import { KEY_RING } from '../../db/support';
import { useApi } from '../support/api';
import { assertProblem } from '../support/organization';
import { useTemporal } from '../support/sync-commands';

const READ = { kind: 'read', rows: 100, fields: 5 };

describe('the module that a request names', () => {
  const temporal = useTemporal();
  let simulator: Simulator;
  const api = useApi(
    () => temporal.commands,
    () => simulator.url,
  );
  before(async () => {
    simulator = await startSimulator({ deals: 0 });
    await ensureConnection(api.knex, KEY_RING, {
      name: 'crm',
      dataCenter: 'us',
      accountsUrl: simulator.url,
      clientId: DEMO_CLIENT_ID,
      clientSecret: DEMO_CLIENT_SECRET,
      refreshToken: DEMO_REFRESH_TOKEN,
    });
  });
  after(() => simulator.close());

  const post = (path: string, json: object) => api.call('POST', `/api/v1${path}`, { json });

  for (const [path, request] of [
    ['/syncs/full', {}],
    ['/syncs/incremental', {}],
    ['/plans', READ],
  ] as const) {
    it(`is refused by ${path} with the nearest names when Zoho has none of it, and no session exists`, async () => {
      const answer = await post(path, { ...request, module: 'Contcats' });

      assertProblem(answer, 'unknown_module', /no module Contcats; the nearest are Contacts/);
      assert.deepEqual(await listSessions(api.knex, { moduleName: 'Contcats' }, { limit: 1 }), []);
    });
  }

  it('is one module in any case of its name', async () => {
    const first = SessionAnswer.parse((await post('/syncs/full', { module: 'accounts' })).body);

    const second = await post('/syncs/full', { module: 'ACCOUNTS' });

    assert.equal(first.session.module, 'Accounts');
    assert.equal(first.session.workflowId, 'full-sync:crm:Accounts');
    assertProblem(second, 'sync_already_running');
  });

  it('is shown and found by its name of today when it was renamed', async () => {
    simulator.control.addModule({ apiName: 'Visits', rows: 1, fields: 2 });
    await post('/syncs/full', { module: 'Visits' });
    simulator.control.renameModule('Visits', 'Appointments');
    const twin = await post('/syncs/full', { module: 'Appointments' });

    const found = await api.call('GET', '/api/v1/sessions?module=appointments');

    assertProblem(twin, 'sync_already_running');
    assert.deepEqual(
      SessionPage.parse(found.body).sessions.map(({ module }) => module),
      ['Appointments'],
    );
    assertProblem(
      await post('/syncs/full', { module: 'Visits' }),
      'unknown_module',
      /is called Appointments in Zoho now/,
    );
  });

  it('costs nothing to find again', async () => {
    await post('/plans', { ...READ, module: 'accounts' });
    const before = simulator.control.calls().recent.length;

    await post('/plans', { ...READ, module: 'Accounts' });

    assert.equal(simulator.control.calls().recent.length, before);
  });

  it('passes as it is while Zoho does not answer', async () => {
    simulator.control.addFault({ kind: 'error', operation: 'listModules', status: 500 });

    const { session } = SessionAnswer.parse((await post('/syncs/full', { module: 'leads' })).body);

    assert.equal(session.module, 'leads');
  });
});

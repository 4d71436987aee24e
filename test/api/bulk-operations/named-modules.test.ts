import assert from 'node:assert/strict';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  type Simulator,
  startSimulator,
} from '../../../simulator';
import type { BulkOperationAnswer } from '../../../src/api/bulk-operations/schemas';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { listItems } from '../../../src/db/bulk-operations/bulk-operation-items';
import { ensureConnection } from '../../../src/db/connections/ensure-connection';
import { KEY_RING } from '../../db/support';
import { NO_OPERATIONS, NO_TEMPORAL, useApi } from '../support/api';
import { assertProblem } from '../support/organization';

const STARTED = { workflowId: 'x', firstExecutionRunId: 'run' };

describe('the module that an operation names', () => {
  let simulator: Simulator;
  const api = useApi(
    () => NO_TEMPORAL,
    () => simulator.url,
    () => ({ ...NO_OPERATIONS, start: async () => STARTED }),
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
  const insert = (module: string) => ({ operation: 'insert', module, records: [{ Last_Name: 'A' }] });
  const UPDATE = { ids: ['1'], values: { Title: 'x' } };
  const calls = () => simulator.control.calls().operations['listModules']?.calls ?? 0;

  for (const [path, request, place] of [
    ['/bulk-writes', { operations: [insert('Contacts'), insert('Contcats')] }, { pointer: '#/operations/1/module' }],
    ['/mass-updates', { module: 'Contcats', ...UPDATE }, { pointer: '#/module' }],
    ['/modules/Contcats/mass-updates', UPDATE, { parameter: 'module' }],
  ] as const) {
    it(`is refused by ${path} with its place and the nearest names when Zoho has none of it`, async () => {
      const answer = await post(path, request);

      assertProblem(answer, 'unknown_module', /no module Contcats; the nearest are Contacts/);
      const [{ detail: _detail, ...where } = { detail: '' }] = (answer.body as ProblemDocument).errors ?? [];
      assert.deepEqual(where, place);
      const { rows } = await api.knex.raw<{ rows: object[] }>('select id from sync.bulk_operations');
      assert.deepEqual(rows, []);
    });
  }

  it('is refused where bulk write does not take it, before Zoho is asked', async () => {
    const before = calls();

    const answer = await post('/bulk-writes', { operations: [insert('Notes')] });

    assertProblem(answer, 'validation_failed', /./);
    assert.equal(calls(), before);
  });

  it('is written to under the name that Zoho has for it, found with one question for all', async () => {
    const before = calls();

    const answer = await post('/bulk-writes', {
      operations: [insert('contacts'), insert('LEADS'), insert('contacts')],
    });

    const { operation } = answer.body as BulkOperationAnswer;
    const items = await listItems(api.knex, operation.id, {}, { limit: 10 });
    assert.deepEqual(operation.modules, ['Contacts', 'Leads']);
    assert.deepEqual(
      items.map(({ moduleName }) => moduleName),
      ['Contacts', 'Leads', 'Contacts'],
    );
    assert.equal(calls(), before + 1);
  });
});

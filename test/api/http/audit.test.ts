import assert from 'node:assert/strict';
import { createApiKey } from '../../../src/db/access/api-keys';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { listBulkOperations } from '../../../src/db/bulk-operations/bulk-operations';
import { findConnection } from '../../../src/db/connections/connections';
import { TemporalUnavailable } from '../../../src/temporal/runs/command-errors';
import type { OperationCommands } from '../../../src/temporal/runs/operation-commands';
import { someConnection, someSession } from '../../db/support';
import { NO_OPERATIONS, NO_TEMPORAL, useApi } from '../support/api';

const AWAY = () => Promise.reject(new TemporalUnavailable('away'));
const STARTED = { workflowId: 'x', firstExecutionRunId: 'run' };
const ROTATE = '/api/v1/encryption-keys/rotate';

describe('the audit of mutations', () => {
  let operations: OperationCommands = NO_OPERATIONS;
  let cancelled: string[];
  let onCancel: () => PromiseLike<unknown>;
  beforeEach(() => {
    cancelled = [];
    onCancel = async () => undefined;
  });
  const api = useApi(
    () => ({
      ...NO_TEMPORAL,
      cancel: async ({ workflowId }) => {
        cancelled.push(workflowId);
        await onCancel();
      },
    }),
    undefined,
    () => operations,
  );

  for (const [kind, path, work] of [
    [
      'bulk write',
      '/api/v1/bulk-writes',
      { operations: [{ operation: 'insert', module: 'Deals', records: [{ Deal_Name: 'A' }] }] },
    ],
    ['mass update', '/api/v1/mass-updates', { module: 'Deals', ids: ['1'], values: { Stage: 'Won' } }],
  ] as const) {
    it(`has one entry of a ${kind}, whether or not its workflow could be started`, async () => {
      const { name } = await someConnection(api.knex);
      const outcomes: string[][] = [];

      for (const start of [AWAY, async () => STARTED]) {
        operations = { ...NO_OPERATIONS, start };
        await api.call('POST', path, { json: { connection: name, ...work } });
        const entries = await listAuditEntries(api.knex, {}, 10);
        outcomes.push(entries.filter(({ target }) => target?.startsWith(name)).map(({ outcome }) => outcome));
      }

      assert.deepEqual(outcomes, [['temporal_unavailable'], ['succeeded', 'temporal_unavailable']]);
    });
  }

  it('names the run of a start', async () => {
    const { name } = await someConnection(api.knex);
    const json = { connection: name, module: 'Deals', ids: ['1'], values: { Stage: 'Won' } };
    operations = { ...NO_OPERATIONS, start: AWAY };

    await api.call('POST', '/api/v1/mass-updates', { json });

    const [entry] = await listAuditEntries(api.knex, {}, 1);
    const [operation] = await listBulkOperations(api.knex, { kind: 'mass_update' }, { limit: 1 });
    assert.equal((entry?.details as { run?: string }).run, `operation/${operation?.id}`);
  });

  it('tells two keys of one name apart', async () => {
    const actors = new Set<string>();
    for (let key = 1; key <= 2; key += 1) {
      const { secret } = await createApiKey(api.knex, { name: 'twin', role: 'admin' });
      await api.call('POST', ROTATE, { as: null, headers: { authorization: `Bearer ${secret}` }, json: {} });
      actors.add((await listAuditEntries(api.knex, {}, 1))[0]?.actor ?? '');
    }

    assert.equal(actors.size, 2);
    for (const actor of actors) assert.match(actor, /^api-key:twin#[0-9a-f]{12}$/);
  });

  it('undoes a mutation of the database whose entry cannot be written', async () => {
    const json = { dataCenter: 'us', clientId: '1000.A', clientSecret: 'secret' };
    await api.knex.raw('alter table sync.audit_log rename to hidden_log');
    const answer = await api.call('PUT', '/api/v1/connections/unaudited', { as: 'admin', json });
    await api.knex.raw('alter table sync.hidden_log rename to audit_log');

    assert.equal(answer.status, 500);
    assert.equal(await findConnection(api.knex, 'unaudited'), undefined);
  });

  it('answers one of two simultaneous creations of a name that there is one', async () => {
    const json = { name: 'twice', dataCenter: 'us', clientId: '1000.A', clientSecret: 'secret' };
    const create = () => api.call('POST', '/api/v1/connections', { as: 'admin', json });

    const answers = await Promise.all([create(), create()]);

    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
  });

  it('keeps a mutation elsewhere from being made whose entry cannot be written', async () => {
    const { id } = await someSession(api.knex, { workflowId: 'sync:crm:Deals' });
    await api.knex.raw('alter table sync.audit_log rename to hidden_log');
    const answer = await api.call('POST', `/api/v1/sessions/${id}/cancel`, { json: {} });
    await api.knex.raw('alter table sync.hidden_log rename to audit_log');

    assert.deepEqual([answer.status, cancelled], [500, []]);
  });

  it('does not fail a mutation elsewhere that is made when its entry cannot be settled: it stays pending', async () => {
    const { id } = await someSession(api.knex, { workflowId: 'sync:crm:Deals' });
    onCancel = () => api.knex.raw('alter table sync.audit_log rename to hidden_log');
    const answer = await api.call('POST', `/api/v1/sessions/${id}/cancel`, { json: {} });
    await api.knex.raw('alter table sync.hidden_log rename to audit_log');

    assert.equal(answer.status, 202);
    assert.ok(api.logLines.some((line) => line.includes('audit log not written')));
    assert.equal((await listAuditEntries(api.knex, { target: `session/${id}` }, 1))[0]?.outcome, 'pending');
  });

  it('is there before the mutation', async () => {
    const { id } = await someSession(api.knex, { workflowId: 'sync:crm:Deals' });
    let seen: string | undefined;
    onCancel = async () => (seen = (await listAuditEntries(api.knex, { target: `session/${id}` }, 1))[0]?.outcome);
    await api.call('POST', `/api/v1/sessions/${id}/cancel`, { json: {} });

    assert.equal(seen, 'pending');
    assert.equal((await listAuditEntries(api.knex, { target: `session/${id}` }, 1))[0]?.outcome, 'succeeded');
  });

  it('names address and path of what was refused before it was read', async () => {
    await api.call('PUT', '/api/v1/connections/refused', { as: 'viewer', json: {} });

    const [entry] = await listAuditEntries(api.knex, {}, 1);
    const { address } = entry?.details as { address: string };
    assert.deepEqual([entry?.outcome, entry?.target], ['forbidden', '/api/v1/connections/refused']);
    assert.match(address, /^(::ffff:)?127\.0\.0\.1$/);
  });

  it('stays as it was written', async () => {
    await api.call('POST', ROTATE, { as: 'viewer', json: {} });
    const changes = [
      `update sync.audit_log set actor = 'nobody'`,
      `update sync.audit_log set outcome = 'succeeded' where outcome = 'forbidden'`,
      'delete from sync.audit_log',
      'truncate sync.audit_log',
    ];

    for (const change of changes) await assert.rejects(api.knex.raw(change), /cannot be changed/, change);
  });

  it('refuses as it would without an audit log', async () => {
    await api.knex.raw('alter table sync.audit_log rename to hidden_log');
    const answer = await api.call('POST', ROTATE, { as: 'viewer', json: {} });
    await api.knex.raw('alter table sync.hidden_log rename to audit_log');

    assert.equal(answer.status, 403);
  });
});

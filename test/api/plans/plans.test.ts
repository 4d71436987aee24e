import assert from 'node:assert/strict';
import type { ProblemDocument } from '../../../src/api/http/problem';
import type { Plan } from '../../../src/api/plans/schemas';
import { insertLedgerEntries } from '../../../src/db/credits/api-ledger';
import { saveFields } from '../../../src/db/mirror/module-fields';
import { recordRunUpdate } from '../../../src/db/runs/record-run-update';
import { mapFields } from '../../../src/domain/mirror/mirror-field';
import { sessionRun } from '../../../src/domain/runs/run';
import { someConnection, someSession } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';

describe('POST /plans', () => {
  const api = useApi(() => NO_TEMPORAL);
  const ask = async (json: object): Promise<Plan> => {
    const answer = await api.call('POST', '/api/v1/plans', { as: 'viewer', json });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body as Plan;
  };

  /** An org whose Deals were synced: 60,000 rows of four fields, one of them a lookup, one a file. */
  async function syncedOrg(): Promise<{ connection: string; connectionId: string }> {
    const { id: connectionId, name: connection } = await someConnection(api.knex);
    const { id: sessionId } = await someSession(api.knex, { connectionId });
    await recordRunUpdate(api.knex, { run: sessionRun(sessionId), sequence: 1, patch: { expectedRecords: 60_000 } });
    const fields = ['Deal_Name:text', 'Account_Name:lookup', 'Contract:fileupload', 'Modified_Time:datetime'].map(
      (field, index) => {
        const [apiName = '', dataType = ''] = field.split(':');
        return { id: `55${index}`, apiName, dataType, jsonType: undefined };
      },
    );
    await saveFields(api.knex, connectionId, 'Deals', mapFields(fields, new Map()));
    const spent = { failedCalls: 0, rateLimited: 0, bytesReceived: 0, bytesSent: 0 };
    await insertLedgerEntries(api.knex, [
      { connectionId, operation: 'list_records', calls: 10, credits: 40, latencyMsTotal: 2_500, ...spent },
      { connectionId, operation: 'download_bulk_read_result', calls: 1, credits: 1, latencyMsTotal: 90_000, ...spent },
      {
        ...{ connectionId, operation: 'list_records', calls: 9, credits: 900, latencyMsTotal: 9, ...spent },
        spentAt: new Date(Date.now() - 25 * 3_600_000).toISOString(),
      },
    ]);
    return { connection, connectionId };
  }

  it('plans from what the mirror and the ledger know', async () => {
    const { connection } = await syncedOrg();

    const plan = await ask({ kind: 'read', module: 'Deals', connection, dailyCredits: 50_000 });

    assert.deepEqual(plan.assumed, {
      goal: 'all',
      rows: 60_000,
      fields: 4,
      fieldsNotInBulk: 1,
      fieldsNotInCoql: 2,
      hasModifiedTime: true,
      latencyMs: 250,
      creditsLeft: 50_000 - 41,
      creditsKept: 5_000,
    });
    assert.deepEqual([plan.method, plan.calls, plan.credits, plan.seconds], ['list', 300, 300, 75]);
    assert.deepEqual(
      plan.rejected.map(({ method, adequate }) => [method, adequate]),
      [
        ['bulk', false],
        ['coql', false],
      ],
    );
  });

  it('takes what the caller gives instead', async () => {
    const { connection } = await syncedOrg();

    const plan = await ask({
      ...{ kind: 'read', module: 'Deals', connection, goal: 'changes', rows: 1_000, wantedRows: 40, fields: 60 },
      ...{ latencyMs: 100, creditsLeft: 10, bufferPercent: 50, fieldsNotInCoql: 1 },
    });

    assert.deepEqual([plan.method, plan.credits, plan.adequate], ['list_modified', 4, true]);
    assert.equal(plan.assumed['creditsKept'], 5);
  });

  it('plans writes', async () => {
    const { name: connection } = await someConnection(api.knex);

    const plan = await ask({
      kind: 'write',
      module: 'Contacts',
      connection,
      operation: 'upsert',
      rows: 250,
      fields: 8,
    });

    assert.deepEqual([plan.method, plan.calls, plan.credits], ['record_batches', 3, 25]);
    assert.deepEqual(plan.steps, [{ operation: 'upsert_records', calls: 3, credits: 25 }]);
  });

  it('says what even the best method lacks', async () => {
    const { connection } = await syncedOrg();

    const plan = await ask({ kind: 'read', module: 'Deals', connection, creditsLeft: 100, bufferPercent: 0 });

    assert.equal(plan.adequate, false);
    assert.deepEqual(plan.violations, ['it costs 300 credits and 100 may be spent']);
  });

  it('refuses to guess the size of a module that was never synced, and names what to give', async () => {
    const { name: connection } = await someConnection(api.knex);

    const answer = await api.call('POST', '/api/v1/plans', { json: { kind: 'read', module: 'Deals', connection } });

    const { code, errors } = answer.body as ProblemDocument;
    assert.equal(code, 'module_not_synced');
    assert.deepEqual(
      errors?.map(({ pointer }) => pointer),
      ['#/rows', '#/fields'],
    );
  });

  it('refuses a request that is no question, and an unknown organization', async () => {
    const questions = [
      {},
      { kind: 'read' },
      { kind: 'read', module: 'Deals', rows: -1 },
      { kind: 'write', module: 'Deals', operation: 'merge', rows: 1 },
      { kind: 'read', module: 'Deals', connection: 'nobody' },
    ];

    const answers = await Promise.all(questions.map((json) => api.call('POST', '/api/v1/plans', { json })));

    assert.deepEqual(
      answers.map(({ status, body }) => [status, (body as ProblemDocument).code]),
      [...Array<unknown>(4).fill([422, 'validation_failed']), [422, 'unknown_connection']],
    );
  });
});

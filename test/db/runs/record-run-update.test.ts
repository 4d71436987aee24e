import assert from 'node:assert/strict';
import fc from 'fast-check';
import { getBulkOperation } from '../../../src/db/bulk-operations/bulk-operations';
import type { RunRow } from '../../../src/db/models/run';
import { closeRun } from '../../../src/db/runs/close-run';
import { recordRunUpdate } from '../../../src/db/runs/record-run-update';
import { listLogs } from '../../../src/db/sessions/logs';
import { listRecordStatuses } from '../../../src/db/sessions/record-statuses';
import { SessionNotFound, getSession } from '../../../src/db/sessions/sessions';
import {
  operationRun,
  RUN_KINDS,
  sessionRun,
  type RunKind,
  type RunRef,
  type RunUpdate,
} from '../../../src/domain/runs/run';
import { keepMassUpdate } from '../../support/start-operation';
import { someConnection, someSession, useDatabase } from '../support';

const AT = '2026-03-01T10:00:00.000Z';

const UPDATE: Pick<RunUpdate, 'patch' | 'logs' | 'records'> = {
  patch: {
    status: 'in_progress',
    phase: 'extracting',
    readPath: 'bulk',
    expectedRecords: 5_000_000_000,
    toTimestamp: AT,
    plan: { path: 'bulk', credits: 12.5 },
  },
  logs: [
    { level: 'INFO', component: 'planner', message: 'Bulk read', at: AT, data: { type: 'zoho.server' } },
    { level: 'ERROR', component: 'load', message: 'bad', at: AT, recordId: '5725767000000524157', errorCode: 'E1' },
  ],
  records: [
    { crmRecordId: '5725767000000524157', action: 'failed', errorCode: 'E1', fieldsUpdated: ['Amount', 'Stage'] },
    { crmRecordId: '5725767000000524158', action: 'created', dataQualityScore: 0.75 },
  ],
};

describe('recordRunUpdate', () => {
  const database = useDatabase();

  async function someRun(kind: RunKind): Promise<RunRef> {
    if (kind === 'session') return sessionRun((await someSession(database.knex)).id);
    const { id: connectionId } = await someConnection(database.knex);
    return operationRun(await keepMassUpdate(database.knex, connectionId, 'Deals', { ids: ['1'], values: {} }));
  }

  const runRow = ({ kind, id }: RunRef): Promise<RunRow> =>
    kind === 'session' ? getSession(database.knex, id) : getBulkOperation(database.knex, id);

  it('writes the row, the log lines and the records of one update', async () => {
    const session = await someSession(database.knex);

    const applied = await recordRunUpdate(database.knex, {
      run: sessionRun(session.id),
      sequence: 1,
      ...UPDATE,
    });

    const row = await getSession(database.knex, session.id);
    const logs = await listLogs(database.knex, sessionRun(session.id), {}, { limit: 10 });
    const records = await listRecordStatuses(database.knex, session.id, {}, { limit: 10 });
    assert.equal(applied, 'applied');
    assert.equal(row.status, 'in_progress');
    assert.equal(row.readPath, 'bulk');
    assert.equal(row.expectedRecords, '5000000000');
    assert.deepEqual(row.toTimestamp, new Date(AT));
    assert.deepEqual(row.plan, { path: 'bulk', credits: 12.5 });
    assert.deepEqual(
      logs.map(({ logLevel, message, recordId, dataPayload }) => ({ logLevel, message, recordId, dataPayload })),
      [
        { logLevel: 'INFO', message: 'Bulk read', recordId: null, dataPayload: { type: 'zoho.server' } },
        { logLevel: 'ERROR', message: 'bad', recordId: '5725767000000524157', dataPayload: null },
      ],
    );
    assert.deepEqual(
      records.map(({ crmRecordId, actionTaken, fieldsUpdated, moduleName, needsAttention, isSuccessful }) => ({
        crmRecordId,
        actionTaken,
        fieldsUpdated,
        moduleName,
        needsAttention,
        isSuccessful,
      })),
      [
        {
          crmRecordId: '5725767000000524157',
          actionTaken: 'failed',
          fieldsUpdated: ['Amount', 'Stage'],
          moduleName: 'Deals',
          needsAttention: true,
          isSuccessful: false,
        },
        {
          crmRecordId: '5725767000000524158',
          actionTaken: 'created',
          fieldsUpdated: null,
          moduleName: 'Deals',
          needsAttention: false,
          isSuccessful: true,
        },
      ],
    );
  });

  it('ends in the same state when updates are repeated, late or concurrent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }),
        async (deliveries) => {
          const session = await someSession(database.knex);
          const update = (sequence: number): RunUpdate => ({
            run: sessionRun(session.id),
            sequence,
            patch: { status: 'in_progress', processedRecords: sequence * 100 },
            logs: [{ level: 'INFO', component: 'test', message: `step ${sequence}`, at: AT }],
            records: [{ crmRecordId: String(sequence), action: 'updated' }],
          });

          await Promise.all(deliveries.map((sequence) => recordRunUpdate(database.knex, update(sequence))));

          const distinct = [...new Set(deliveries)].sort();
          const row = await getSession(database.knex, session.id);
          const logs = await listLogs(database.knex, sessionRun(session.id), {}, { limit: 100 });
          const records = await listRecordStatuses(database.knex, session.id, {}, { limit: 100 });
          assert.equal(row.processedRecords, String(Math.max(...distinct) * 100));
          assert.deepEqual(
            logs.map(({ message }) => message).sort(),
            distinct.map((sequence) => `step ${sequence}`),
          );
          assert.deepEqual(
            records.map(({ crmRecordId }) => crmRecordId),
            distinct.map(String),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  for (const kind of RUN_KINDS) {
    describe(`answers for a run of the kind ${kind}`, () => {
      const step = (run: RunRef, sequence: number, patch: RunUpdate['patch'] = {}): RunUpdate => ({
        run,
        reportedBy: 'its workflow',
        sequence,
        patch,
      });

      it('that a repeated update, or a late one, is no end of the run', async () => {
        const run = await someRun(kind);
        const [first, last] = [step(run, 1), step(run, 2, { status: 'completed' })];
        const deliveries = [first, first, last, last, first];

        const answers: string[] = [];
        for (const update of deliveries) answers.push(await recordRunUpdate(database.knex, update));

        assert.deepEqual(answers, ['applied', 'repeated', 'applied', 'repeated', 'repeated']);
      });

      it('that the run has ended once somebody else has closed it', async () => {
        const run = await someRun(kind);
        await recordRunUpdate(database.knex, step(run, 1));
        await closeRun(database.knex, run, { status: 'cancelled', reason: 'closed by hand' });

        const answers = [
          await recordRunUpdate(database.knex, step(run, 1)),
          await recordRunUpdate(database.knex, step(run, 2)),
        ];

        assert.deepEqual(answers, ['repeated', 'ended']);
      });

      it('that it has ended for a workflow that did not begin it, which changes nothing', async () => {
        const run = await someRun(kind);
        await recordRunUpdate(database.knex, step(run, 1, { firstExecutionRunId: 'its workflow', phase: 'reading' }));
        const foreign = (sequence: number) => ({
          ...step(run, sequence, { phase: 'elsewhere' }),
          reportedBy: 'another',
        });

        const answers = [
          await recordRunUpdate(database.knex, foreign(1)),
          await recordRunUpdate(database.knex, foreign(2)),
          await recordRunUpdate(database.knex, step(run, 2)),
        ];

        assert.deepEqual(answers, ['ended', 'ended', 'applied']);
        assert.equal((await runRow(run)).phase, 'reading');
      });
    });
  }

  it('leaves a session in a final status as it is', async () => {
    const session = await someSession(database.knex);
    await recordRunUpdate(database.knex, { run: sessionRun(session.id), sequence: 1, patch: { status: 'cancelled' } });

    const applied = await recordRunUpdate(database.knex, {
      run: sessionRun(session.id),
      sequence: 2,
      patch: { status: 'completed' },
    });

    const row = await getSession(database.knex, session.id);
    assert.equal(applied, 'ended');
    assert.equal(row.status, 'cancelled');
    assert.ok(row.completedAt instanceof Date);
  });

  it('stores text that PostgreSQL would refuse, with the unstorable characters replaced', async () => {
    const session = await someSession(database.knex);

    await recordRunUpdate(database.knex, {
      run: sessionRun(session.id),
      sequence: 1,
      patch: { errorMessage: 'a\0b', result: { text: '\uD800' } },
      logs: [{ level: 'ERROR', component: 'test', message: 'nul \0, half \uDC00, whole 😀', at: AT }],
    });

    const row = await getSession(database.knex, session.id);
    const [line] = await listLogs(database.knex, sessionRun(session.id), {}, { limit: 1 });
    assert.equal(row.errorMessage, 'a\uFFFDb');
    assert.deepEqual(row.result, { text: '\uFFFD' });
    assert.equal(line?.message, 'nul \uFFFD, half \uFFFD, whole 😀');
  });

  it('writes nothing at all when one part is refused', async () => {
    const session = await someSession(database.knex);

    await assert.rejects(
      recordRunUpdate(database.knex, {
        run: sessionRun(session.id),
        sequence: 1,
        patch: { phase: 'extracting' },
        logs: [{ level: 'INFO', component: 'test', message: 'kept?', at: 'no time' }],
      }),
    );

    assert.equal((await getSession(database.knex, session.id)).phase, null);
  });

  it('says when the session does not exist', async () => {
    const update = { run: sessionRun('01890000-0000-7000-8000-000000000000'), sequence: 1, patch: {} };

    await assert.rejects(recordRunUpdate(database.knex, update), SessionNotFound);
  });

  it('writes the row of an operation, whose message is its last log line', async () => {
    const { id: connectionId } = await someConnection(database.knex);
    const run = operationRun(await keepMassUpdate(database.knex, connectionId, 'Deals', { ids: ['1'], values: {} }));
    const logs = ['first', 'last'].map((message) => ({ level: 'INFO' as const, component: 'test', message, at: AT }));

    const answers = [
      await recordRunUpdate(database.knex, {
        run,
        sequence: 2,
        patch: { status: 'completed', plan: { files: 1 } },
        logs,
      }),
      await recordRunUpdate(database.knex, { run, sequence: 3, patch: { status: 'failed' } }),
    ];

    const { status, message, plan, completedAt } = await getBulkOperation(database.knex, run.id);
    assert.deepEqual(answers, ['applied', 'ended']);
    assert.deepEqual({ status, message, plan }, { status: 'completed', message: 'last', plan: { files: 1 } });
    assert.ok(completedAt);
  });
});

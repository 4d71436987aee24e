import assert from 'node:assert/strict';
import { WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';
import { createLogger } from '../../src/logger';
import { HousekeepingWatch } from '../../src/runtime/housekeeping-watch';
import type { TemporalClient } from '../../src/temporal/client';
import { HOUSEKEEPING_WORKFLOW_ID } from '../../src/temporal/ids';
import { TASK_QUEUES } from '../../src/temporal/task-queues';
import { useDatabase } from '../db/support';
import { poll } from '../support/poll';
import {
  createNamespace,
  DEFAULT_NAMESPACE,
  quietTemporalSdk,
  sharedTemporal,
  startTemporalServer,
  temporalClient,
} from '../support/temporal-server';

const LOOK_MS = 200;

describe('whoever sees to it that the house is kept', function () {
  this.timeout(60_000);
  const database = useDatabase();
  let temporal: TemporalClient;
  const watches: HousekeepingWatch[] = [];
  before(quietTemporalSdk);
  beforeEach(async () => {
    const { address } = await sharedTemporal();
    temporal = temporalClient(address, await createNamespace(address));
    await database.knex('sync.housekeeping_tasks').delete();
  });
  afterEach(async () => {
    for (const watch of watches.splice(0)) await watch.close();
    await temporal.connection.close();
  });

  async function watch(version: string): Promise<void> {
    const logger = createLogger('test', 'silent');
    watches.push(await new HousekeepingWatch({ temporal, knex: database.knex, logger, version }).start(LOOK_MS));
  }
  const handle = () => temporal.client.workflow.getHandle(HOUSEKEEPING_WORKFLOW_ID);
  const running = async (): Promise<WorkflowExecutionDescription | undefined> => {
    const found = await handle()
      .describe()
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      });
    return found?.status.name === 'RUNNING' ? found : undefined;
  };
  const another = (than: string) =>
    poll(async () => (await running())?.runId !== than && (await running()), { what: 'another one keeps the house' });

  it('starts one housekeeping, however many workers come', async () => {
    await watch('1.0.0');
    const first = await running();
    await watch('1.0.0');

    assert.ok(first);
    assert.equal((await running())?.runId, first.runId);
  });

  it('replaces that of another version', async () => {
    await watch('1.0.0');
    const first = await running();

    await watch('1.0.1');

    const now = await running();
    assert.notEqual(now?.runId, first?.runId);
    assert.equal(now?.memo?.['version'], '1.0.1');
  });

  it('starts it again when it was terminated', async () => {
    await watch('1.0.0');
    const first = (await running())?.runId ?? '';

    await handle().terminate('by an operator');

    await another(first);
  });

  it('starts it again when Temporal comes back empty', async () => {
    await temporal.connection.close();
    const server = await startTemporalServer();
    temporal = temporalClient(server.address, DEFAULT_NAMESPACE);
    try {
      await watch('1.0.0');
      const first = (await running())?.runId ?? '';

      await server.wipe();
      await server.restart();

      await another(first);
    } finally {
      for (const each of watches.splice(0)) await each.close();
      await server.stop();
    }
  });

  it('begins anew where tasks have waited for minutes: nobody does them', async () => {
    await watch('1.0.0');
    const first = (await running())?.runId ?? '';

    await database.knex.raw(
      `insert into sync.housekeeping_tasks (name, every, due_at)
       values ('wakeIngestion', interval '10 seconds', now() - interval '4 minutes')`,
    );

    await another(first);
    await database.knex('sync.housekeeping_tasks').delete();
  });

  it('removes the schedules of earlier versions', async () => {
    const { schedule } = temporal.client;
    await schedule.create({
      scheduleId: 'reconcile-sessions',
      spec: { calendars: [{ year: 2099 }] },
      action: { type: 'startWorkflow', workflowType: 'reconcileSessions', taskQueue: TASK_QUEUES.core },
    });

    await watch('1.0.0');

    await assert.rejects(schedule.getHandle('reconcile-sessions').describe(), { name: 'ScheduleNotFoundError' });
  });
});

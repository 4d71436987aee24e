import { readFileSync } from 'node:fs';
import path from 'node:path';
import { activityInfo } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { Client } from 'pg';
import type { TemporalClient } from '../../src/temporal/client';
import { HISTORIES } from '../workflows/histories';
import { poll } from './poll';
import { quietTemporalSdk } from './temporal-server';
import { sharedWorkflowBundle } from './workflow-bundle';

/** Puts a dump in the place of what the database holds. */
export async function restoreDatabase(url: string, file: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('drop schema sync cascade');
    await client.query(readFileSync(file, 'utf8'));
  } finally {
    await client.end();
  }
}

/** A run as a history of its version tells it. */
export interface RecordedSteps {
  /** Type of the workflow. */
  readonly workflow: string;
  readonly taskQueue: string;
  readonly steps: readonly RecordedStep[];
}

interface RecordedStep {
  readonly activity: string;
  readonly taskQueue: string;
  readonly result: unknown;
}

interface Payloads {
  readonly payloads: readonly { readonly data?: string }[];
}

interface HistoryEvent {
  readonly eventId: string;
  readonly workflowExecutionStartedEventAttributes?: NamedWork & { readonly workflowType: { readonly name: string } };
  readonly activityTaskScheduledEventAttributes?: NamedWork & { readonly activityType: { readonly name: string } };
  readonly activityTaskCompletedEventAttributes?: { readonly scheduledEventId: string; readonly result: Payloads };
}

interface NamedWork {
  readonly taskQueue: { readonly name: string };
}

/** @param name of a recorded history of the version whose steps are wanted */
export function readRecordedSteps(name: string): RecordedSteps {
  const { history } = JSON.parse(readFileSync(path.join(HISTORIES, `${name}.json`), 'utf8')) as {
    history: { events: readonly HistoryEvent[] };
  };
  const started = history.events[0]?.workflowExecutionStartedEventAttributes;
  const results = new Map(
    history.events.flatMap(({ activityTaskCompletedEventAttributes: completed }) =>
      completed ? [[completed.scheduledEventId, valueOf(completed.result)]] : [],
    ),
  );
  const steps = history.events.flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) => {
    if (!scheduled) return [];
    const { activityType, taskQueue } = scheduled;
    return [{ activity: activityType.name, taskQueue: taskQueue.name, result: results.get(eventId) }];
  });
  return { workflow: started?.workflowType.name ?? '', taskQueue: started?.taskQueue.name ?? '', steps };
}

function valueOf({ payloads }: Payloads): unknown {
  const data = payloads[0]?.data;
  return data === undefined ? null : (JSON.parse(Buffer.from(data, 'base64').toString()) as unknown);
}

/** A run that is left where its history is at an activity. */
export interface RunToLeave {
  readonly recorded: RecordedSteps;
  readonly workflowId: string;
  readonly input: object;
  readonly memo: Record<string, string>;
  readonly upTo: string;
}

/**
 * Runs workflows as their version did, each up to an activity, which is left to whoever comes. What activities answered is
 * in the recorded histories; that today's code takes the same steps is what their replay shows.
 */
export async function leaveUnderWay(
  { client, namespace }: TemporalClient,
  address: string,
  runs: readonly RunToLeave[],
): Promise<void> {
  quietTemporalSdk();
  const steps = runs.flatMap(stepsBefore);
  const queuesOfWorkflows = new Set(runs.map(({ recorded }) => recorded.taskQueue));
  const connection = await NativeConnection.connect({ address });
  const codePath = await sharedWorkflowBundle();
  const create = async (queue: string): Promise<Worker> => {
    const hasWorkflows = queuesOfWorkflows.has(queue);
    const answered = steps.filter((step) => step.taskQueue === queue);
    const worker: Worker = await Worker.create({
      connection,
      namespace,
      taskQueue: queue,
      // The activities that are left must find nobody.
      activities: answering(answered, () => !hasWorkflows && worker.shutdown()),
      ...(hasWorkflows && { workflowBundle: { codePath } }),
    });
    return worker;
  };
  const workers = await Promise.all([...new Set(steps.map((step) => step.taskQueue))].map(create));
  const running = workers.map((worker) => worker.run());
  for (const { workflowId, recorded, input, memo } of runs) {
    await client.workflow.start(recorded.workflow, {
      workflowId,
      taskQueue: recorded.taskQueue,
      args: [input],
      memo,
    });
  }
  for (const { workflowId, upTo } of runs) {
    await poll(async () => (await pendingActivities(client, workflowId)).includes(upTo), {
      what: `${workflowId} is at ${upTo}`,
    });
  }
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await Promise.all(running);
  await connection.close();
}

interface StepOfRun extends RecordedStep {
  readonly workflowId: string;
}

function stepsBefore({ recorded, workflowId, upTo }: RunToLeave): StepOfRun[] {
  const end = recorded.steps.findIndex(({ activity }) => activity === upTo);
  return recorded.steps.slice(0, end).map((step) => ({ ...step, workflowId }));
}

/** Activities that answer what is recorded, each time the next. */
function answering(steps: readonly StepOfRun[], onLast: () => unknown): Record<string, () => Promise<unknown>> {
  const left = [...steps];
  const answer = async (): Promise<unknown> => {
    const { workflowExecution, activityType } = activityInfo();
    const next = left.findIndex(
      ({ workflowId, activity }) => workflowId === workflowExecution?.workflowId && activity === activityType,
    );
    const [step] = left.splice(next, 1);
    if (left.length === 0) onLast();
    return step?.result;
  };
  return Object.fromEntries(steps.map(({ activity }) => [activity, answer]));
}

async function pendingActivities(client: TemporalClient['client'], workflowId: string): Promise<string[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return raw.pendingActivities?.map(({ activityType }) => activityType?.name ?? '') ?? [];
}

import type { WorkflowHandle } from '@temporalio/client';
import { formatTable } from '../src/cli/output/table';
import type { BenchEnvironment } from './environment';
import type { SessionRun } from './session-run';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];
type Cell = string | number;

/** Reports where a session's time went, by activity, chunk and call, in milliseconds from its request. */
export async function reportBreakdown(
  environment: BenchEnvironment,
  run: SessionRun,
  report: (line: string) => void,
): Promise<void> {
  const show = (headings: readonly string[], rows: readonly (readonly Cell[])[]): void => {
    const cells = rows.map((row) => row.map(String));
    report(`\n${formatTable(headings, cells)}\n`);
  };
  show(['activity', 'scheduled', 'started', 'ended', 'ran', 'attempts'], await activities(environment, run));
  show(['chunk', 'number', 'rows', 'from', 'took', 'bytes'], await chunks(environment, run));
  show(['call', 'times', 'credits', 'mean'], await calls(environment, run));
}

/** Activities in the order they were scheduled. The history has start and end of the last attempt only. */
async function activities({ temporal }: BenchEnvironment, { workflowId, requestedAt }: SessionRun): Promise<Cell[][]> {
  const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
  const activityOf = new Map<string, { name: string; scheduled: number; started: number; attempt: number }>();
  const rows: Cell[][] = [];
  for (const event of events ?? []) {
    const at = timeOf(event) - requestedAt.getTime();
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const name = scheduled.activityType?.name ?? '';
      activityOf.set(String(event.eventId), { name, scheduled: at, started: at, attempt: 0 });
    }
    const started = event.activityTaskStartedEventAttributes;
    const running = activityOf.get(String(started?.scheduledEventId));
    if (running) Object.assign(running, { started: at, attempt: started?.attempt ?? 1 });
    const ended = event.activityTaskCompletedEventAttributes ?? event.activityTaskFailedEventAttributes;
    const done = activityOf.get(String(ended?.scheduledEventId));
    if (done) rows.push([done.name, done.scheduled, done.started, at, at - done.started, done.attempt]);
  }
  return rows.sort((a, b) => Number(a[1]) - Number(b[1]));
}

function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + Math.round((eventTime?.nanos ?? 0) / 1e6);
}

async function chunks({ knex }: BenchEnvironment, { sessionId, requestedAt }: SessionRun): Promise<Cell[][]> {
  const answer = await knex.raw<{ rows: Record<string, Cell>[] }>(
    `select kind, chunk_number, rows_read, round(extract(epoch from started_at - ?::timestamptz) * 1000) as from_ms,
       round(extract(epoch from loaded_at - started_at) * 1000) as took_ms, bytes
     from sync.session_chunks where session_id = ? order by started_at`,
    [requestedAt, sessionId],
  );
  return answer.rows.map(Object.values);
}

async function calls({ knex }: BenchEnvironment, { sessionId }: SessionRun): Promise<Cell[][]> {
  const answer = await knex.raw<{ rows: Record<string, Cell>[] }>(
    `select operation, sum(calls) as times, sum(credits) as credits,
       round(sum(latency_ms_total) / nullif(sum(calls), 0)) as mean_ms
     from sync.api_ledger where session_id = ? group by operation order by min(spent_at)`,
    [sessionId],
  );
  return answer.rows.map(Object.values);
}

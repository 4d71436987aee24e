import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Engine } from '../support/engine';
import type { Org } from '../support/org';

const KILOBYTES_PER_MEGABYTE = 1024;
/** Tables of the engine whose rows come of age. */
const TABLES = [
  'crm_sync_sessions',
  'sync_status_logs',
  'session_chunks',
  'record_sync_statuses',
  'record_history',
  'tombstones',
  'api_ledger',
  'differences',
  'notification_inbox',
] as const;

/** The system at the end of a day. */
export interface Sample {
  day: number;
  /** Resident set of the worker, in megabytes. */
  workerMb: number;
  /** Events of the longest history of a workflow that ran on that day. */
  historyEvents: number;
  /** Rows of the engine's tables. */
  engineRows: number;
  /** Bytes on disk for each live row, the most of any mirror; indexes are not in it. */
  mirrorBytesPerRow: number;
}

/** Takes a sample. @param since when the day began by our clock */
export async function takeSample(
  engine: Engine,
  org: Org,
  modules: readonly string[],
  day: number,
  since: Date,
): Promise<Sample> {
  return {
    day,
    workerMb: await residentMb(engine),
    historyEvents: await longestHistory(engine, since),
    engineRows: await countEngineRows(engine),
    mirrorBytesPerRow: Math.max(...(await Promise.all(modules.map((module) => bytesPerRow(org, module))))),
  };
}

async function residentMb(engine: Engine): Promise<number> {
  const { pid } = engine.worker;
  if (pid === undefined) throw new Error('The worker does not run.');
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', `${pid}`]);
  return Math.round(Number(stdout) / KILOBYTES_PER_MEGABYTE);
}

async function longestHistory(engine: Engine, since: Date): Promise<number> {
  let most = 0;
  const query = `StartTime >= '${since.toISOString()}' or ExecutionStatus = 'Running'`;
  for await (const { historyLength } of engine.temporal.client.workflow.list({ query })) {
    most = Math.max(most, historyLength);
  }
  return most;
}

async function countEngineRows(engine: Engine): Promise<number> {
  const counts = TABLES.map((table) => `(select count(*) from sync.${table})`);
  const [row] = await engine.query<{ rows: string }>(`select ${counts.join(' + ')} as rows`);
  return Number(row?.rows);
}

async function bytesPerRow(org: Org, module: string): Promise<number> {
  const [row] = await org.engine.query<{ bytes: string }>(
    `select pg_table_size('${org.table(module)}'::regclass) / greatest(1, (select count(*) from ${org.table(module)})) as bytes`,
  );
  return Number(row?.bytes);
}

/** Workflows that are open besides those that never end, and those of Temporal itself. */
export async function openWorkflows(engine: Engine): Promise<string[]> {
  const open: string[] = [];
  for await (const { workflowId } of engine.temporal.client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
    if (!/^(temporal-sys-|housekeeping$|notifications:)/.test(workflowId)) open.push(workflowId);
  }
  return open;
}

/** Files that a worker has left, in the folders of its processes. */
export async function spooledFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true, recursive: true });
  return found.filter((entry) => entry.isFile()).map(({ name }) => name);
}

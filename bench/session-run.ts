import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { sumLedgerBySession } from '../src/db/credits/api-ledger';
import { createSession, getSession } from '../src/db/sessions/sessions';
import type { Comparison, ReadPath } from '../src/domain/runs/enums';
import type { FullSyncInput, OpenedInput, SyncResult } from '../src/temporal/contract/sync-messages';
import { syncWorkflowId, type ModuleSyncType } from '../src/temporal/ids';
import { createSyncCommands } from '../src/temporal/runs/sync-commands';
import type { BenchEnvironment } from './environment';
import { secondsCovered, type Interval } from './intervals';

export const MODULE = 'Deals';
/** Interval of progress lines on stderr; the measurement does not depend on it. */
const PROGRESS_MS = 5_000;

export interface SessionRun {
  readonly sessionId: string;
  readonly workflowId: string;
  readonly requestedAt: Date;
  readonly path: ReadPath;
  readonly result: SyncResult;
  /** From the request until the session is verified and completed. */
  readonly seconds: number;
  /** Time in which chunks were downloaded or loaded: see `secondsOfLoading`. */
  readonly loadSeconds: number;
  readonly apiCalls: number;
  readonly credits: number;
  readonly workflowEvents: number;
  readonly historyBytes: number;
}

/**
 * Runs one full sync to its end and collects its figures.
 * @throws Error with the session's own message when it does not complete
 */
export async function runFullSync(
  environment: BenchEnvironment,
  { path, compare }: { path: ReadPath | undefined; compare: Comparison },
  report: (line: string) => void,
  module = MODULE,
): Promise<SessionRun> {
  return runSession(environment, { sessionType: 'full_sync', module }, report, (input) =>
    createSyncCommands(environment.temporal).startFullSync(
      { ...input, options: { compare, ...(path && { path }) } },
      'bench',
    ),
  );
}

/** The same with an incremental sync. */
export async function runIncrementalSync(
  environment: BenchEnvironment,
  report: (line: string) => void,
): Promise<SessionRun> {
  return runSession(environment, { sessionType: 'incremental_sync', module: MODULE }, report, (input) =>
    createSyncCommands(environment.temporal).startIncrementalSync({ ...input, options: {} }, 'bench'),
  );
}

/** The same with a comparison of every row, which repairs what differs. */
export async function runVerification(
  environment: BenchEnvironment,
  { path, compare }: { path: ReadPath | undefined; compare: Comparison },
  report: (line: string) => void,
): Promise<SessionRun> {
  return runSession(environment, { sessionType: 'verification', module: MODULE }, report, (input) =>
    createSyncCommands(environment.temporal).startVerification(
      { ...input, options: { compare, ...(path && { path }) } },
      'bench',
    ),
  );
}

/** Input of a sync, whichever it is. */
type Started = Pick<FullSyncInput & OpenedInput, 'sessionId' | 'connectionId' | 'connection' | 'module'>;

async function runSession(
  environment: BenchEnvironment,
  { sessionType, module }: { sessionType: ModuleSyncType; module: string },
  report: (line: string) => void,
  start: (input: Started) => Promise<unknown>,
): Promise<SessionRun> {
  const { knex, temporal, connection, connectionId, signal } = environment;
  signal.throwIfAborted();
  const workflowId = syncWorkflowId(sessionType, connection, module);
  const requestedAt = new Date();
  const started = performance.now();
  const { id: sessionId } = await createSession(knex, {
    connectionId,
    sessionType,
    moduleName: module,
    initiatedBy: 'bench',
    workflowId,
  });
  await start({ sessionId, connectionId, connection, module });
  const result = await untilCompleted(environment, sessionId, workflowId, report);
  const seconds = (performance.now() - started) / 1000;

  const session = await getSession(knex, sessionId);
  if (session.status !== 'completed' || session.readPath === null) {
    throw new Error(`The session is ${session.status}: ${session.errorMessage ?? 'it says no more'}`);
  }
  const spent = (await sumLedgerBySession(knex, [sessionId])).get(sessionId);
  const { historyLength, historySize } = await temporal.client.workflow.getHandle(workflowId).describe();
  return {
    sessionId,
    workflowId,
    requestedAt,
    path: session.readPath,
    result,
    seconds,
    loadSeconds: await secondsOfLoading(knex, sessionId),
    apiCalls: spent?.calls ?? 0,
    credits: spent?.credits ?? 0,
    workflowEvents: historyLength,
    historyBytes: historySize ?? 0,
  };
}

async function untilCompleted(
  environment: BenchEnvironment,
  sessionId: string,
  workflowId: string,
  report: (line: string) => void,
): Promise<SyncResult> {
  const { knex, temporal, worker, signal } = environment;
  const over = new AbortController();
  const interrupted = AbortSignal.any([signal, over.signal]);
  const progress = reportProgress(knex, sessionId, interrupted, report);
  const handle = temporal.client.workflow.getHandle(workflowId);
  try {
    return await Promise.race([
      // Aborted with the rest, so that no call is pending when the connection is closed.
      temporal.connection.withAbortSignal(interrupted, () => handle.result()) as Promise<SyncResult>,
      worker.ended.then((how) =>
        Promise.reject(new Error(`The worker ended: ${how}. Its log: ${worker.spec.logFile}`)),
      ),
      rejectWhenAborted(interrupted),
    ]);
  } catch (error) {
    signal.throwIfAborted();
    const { status, errorMessage } = await getSession(knex, sessionId);
    throw new Error(`The session is ${status}: ${errorMessage ?? 'it says no more'}`, { cause: error });
  } finally {
    over.abort();
    await progress;
  }
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

async function reportProgress(
  knex: Knex,
  sessionId: string,
  signal: AbortSignal,
  report: (line: string) => void,
): Promise<void> {
  const wait = () =>
    sleep(PROGRESS_MS, undefined, { signal }).then(
      () => true,
      () => false,
    );
  while (await wait()) {
    const { phase, processedRecords, totalRecords } = await getSession(knex, sessionId);
    report(`  ${phase ?? 'starting'}: ${processedRecords} of ${totalRecords} rows loaded`);
  }
}

/**
 * Seconds in which at least one chunk of the session was between the start of its download and its commit. Chunks of
 * the catch-up do not count.
 */
async function secondsOfLoading(knex: Knex, sessionId: string): Promise<number> {
  const chunks = await knex.raw<{ rows: Interval[] }>(
    `select extract(epoch from started_at)::float8 as from, extract(epoch from loaded_at)::float8 as to
     from sync.session_chunks where session_id = ? and kind in ('bulk', 'list') and loaded_at is not null`,
    [sessionId],
  );
  return secondsCovered(chunks.rows);
}

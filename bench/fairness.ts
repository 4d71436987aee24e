import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { requestRecords } from '../src/db/sessions/requested-records';
import { createSession } from '../src/db/sessions/sessions';
import { refreshWorkflowId } from '../src/temporal/ids';
import { createSyncCommands } from '../src/temporal/runs/sync-commands';
import { withEnvironment, type BenchEnvironment } from './environment';
import type { MeasureOptions } from './full-sync';
import { median } from './median';
import { mirrorTable } from './mirror-table';
import { MODULE, runFullSync, runIncrementalSync } from './session-run';
import { addModule, BEHIND_MS, BETWEEN_MS, changeRecords, moveClock, notifyInAnyOrder } from './simulated-zoho';
import { spread, type Spread } from './spread';
import type { Reach } from './verdict';
import { WatchedChanges } from './webhook/changes';
import { openChannel } from './webhook/channel';

/** Modules that the large organization reads at once, again and again. */
const MODULES = Array.from({ length: 20 }, (_, place) => `Large_${place + 1}`);
const FIELDS = 20;
const ROUNDS = 5;
/** Records of a refresh, and changes between two incremental syncs. */
const RECORDS = 20;
const SECONDS_OF_CHANGES = 20;
/** Time in which all modules of the large organization have begun. */
const BEGINNING_MS = 5_000;

interface Service {
  /** Medians in seconds, from the request until the session is completed. */
  refresh: number;
  incremental: number;
  /** Seconds from a change at Zoho to its row. */
  changes: Spread;
}

export interface FairnessMeasurement {
  /** Of each module. */
  rows: number;
  zoho: string;
  /** The small organization with the worker for itself, and beside a large one that reads twenty modules. */
  alone: Service;
  beside: Service;
  /** An incremental sync beside the large organization, divided by one alone. */
  ratio: number;
  node: string;
}

/** The most that the figures may be. */
export const FAIRNESS_REACH: Reach = { 'beside.refresh': 2, 'beside.changes.p99': 3, ratio: 1.3 };

/**
 * Measures how a small organization is served while a large one keeps the same worker busy: twenty modules that are read
 * page by page, at 150 ms a call.
 * @throws Error when a session of the small one does not complete
 */
export async function measureFairness(options: MeasureOptions): Promise<FairnessMeasurement> {
  return withEnvironment({ ...options, zoho: 'realistic', receives: true }, async (small) => {
    const { report, rows } = options;
    await moveClock(small, -BEHIND_MS);
    report(`Full sync of the small organization`);
    await runFullSync(small, { path: options.path, compare: 'times' }, report);
    await openChannel(small);
    await notifyInAnyOrder(small);
    report('The small organization alone');
    const alone = await serve(small, report);
    const large = await small.withOrganization('large');
    for (const module of MODULES) await addModule(large, { apiName: module, rows, fields: FIELDS });
    const beside = await whileReading(large, async () => {
      await sleep(BEGINNING_MS, undefined, { signal: small.signal });
      report('The small organization beside the large one');
      return serve(small, report);
    });
    const ratio = rounded(beside.incremental / alone.incremental);
    return { rows, zoho: 'realistic', alone, beside, ratio, node: process.version };
  });
}

async function serve(environment: BenchEnvironment, report: (line: string) => void): Promise<Service> {
  const refreshes: number[] = [];
  const incrementals: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    refreshes.push(await refresh(environment));
    await moveClock(environment, BETWEEN_MS);
    await changeRecords(environment, MODULE, { update: { count: RECORDS, values: { Next_Step: `Round ${round}` } } });
    incrementals.push((await runIncrementalSync(environment, report)).seconds);
  }
  const changes = await WatchedChanges.of(environment);
  await changes.make(SECONDS_OF_CHANGES);
  if (changes.lost > 0) throw new Error(`${changes.lost} changes were not seen.`);
  return {
    refresh: rounded(median(refreshes)),
    incremental: rounded(median(incrementals)),
    changes: spread(changes.seconds),
  };
}

/** Reads chosen records. @returns seconds */
async function refresh(environment: BenchEnvironment): Promise<number> {
  const { knex, temporal, connection, connectionId } = environment;
  const { rows } = await knex.raw<{ rows: { id: string }[] }>(
    `select id::text as id from ${await mirrorTable(environment)} order by id limit ?`,
    [RECORDS],
  );
  const started = performance.now();
  const id = uuidv7();
  const workflowId = refreshWorkflowId(id);
  const about = { connectionId, sessionType: 'manual_refresh', moduleName: MODULE, initiatedBy: 'bench' } as const;
  await createSession(knex, { id, ...about, workflowId });
  await requestRecords(
    knex,
    id,
    rows.map((row) => row.id),
  );
  const input = { sessionId: id, connectionId, connection, module: MODULE, options: {}, records: rows.length };
  await createSyncCommands(temporal).startRefresh(input, 'bench');
  await temporal.client.workflow.getHandle(workflowId).result();
  return (performance.now() - started) / 1000;
}

/** Works while an organization reads all of its modules, again and again, and leaves them then. */
async function whileReading<T>(organization: BenchEnvironment, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const large = { ...organization, signal: AbortSignal.any([organization.signal, over.signal]) };
  const read = async (module: string): Promise<never> => {
    for (;;) await runFullSync(large, { path: 'list', compare: 'values' }, () => undefined, module);
  };
  const reading = MODULES.map(read);
  const failed = Promise.race(reading);
  try {
    return await Promise.race([work(), failed]);
  } finally {
    over.abort(new Error('The measurement is over.'));
    await Promise.allSettled(reading);
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

import { getConnection } from '../src/db/connections/connections';
import { qualifiedTable } from '../src/db/mirror/mirror-module';
import { countMirrorRows } from '../src/db/mirror/mirror-table';
import { findMirrorByName } from '../src/db/mirror/mirrors';
import { reportBreakdown } from './breakdown';
import { type BenchEnvironment, withEnvironment } from './environment';
import { type Floor, measureFloor } from './floor';
import type { BenchOptions } from './options';
import { watchMemory } from './process-memory';
import { MODULE, runFullSync, type SessionRun } from './session-run';
import { warmUp } from './warm-up';

export interface FullSyncMeasurement {
  rows: number;
  path: string;
  zoho: string;
  seconds: {
    /** First session, from the request until it is verified and completed. */
    endToEnd: number;
    /** Part of it in which chunks were downloaded or loaded. */
    load: number;
    /** Both for the second session, which finds nothing changed. */
    unchangedEndToEnd: number;
    unchangedLoad: number;
    /** `\copy` of the same rows. */
    floor: number;
  };
  /** Seconds above, divided by those of the floor. */
  ratios: { endToEnd: number; load: number; unchangedLoad: number };
  floorBy: Floor['by'];
  /** Peak resident set of the worker over both sessions. */
  workerPeakRssMb: number;
  /** Figures of the first session. */
  apiCalls: number;
  credits: number;
  workflowEvents: number;
  historyBytes: number;
  node: string;
  postgres: string;
}

export interface Mirrored {
  first: SessionRun;
  second: SessionRun;
  workerPeakRssMb: number;
}

export type MeasureOptions = Omit<BenchOptions, 'command' | 'json'> & {
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
};

/**
 * Measures a full sync into an empty mirror, one that finds nothing changed, and the floor below them.
 * @throws Error when a session does not complete, or the mirror does not end up with every row
 */
export async function measureFullSync(options: MeasureOptions): Promise<FullSyncMeasurement> {
  return withEnvironment(options, async (environment) => {
    const { first, second, workerPeakRssMb } = await mirrorTwice(environment, options);
    options.report('Measuring the floor');
    const floor = await measureFloor(environment, await mirrorTable(environment), options.report);
    return {
      rows: first.result.mirrorRows,
      path: first.path,
      zoho: options.zoho,
      seconds: {
        endToEnd: rounded(first.seconds),
        load: rounded(first.loadSeconds),
        unchangedEndToEnd: rounded(second.seconds),
        unchangedLoad: rounded(second.loadSeconds),
        floor: rounded(floor.seconds),
      },
      ratios: {
        endToEnd: rounded(first.seconds / floor.seconds),
        load: rounded(first.loadSeconds / floor.seconds),
        unchangedLoad: rounded(second.loadSeconds / floor.seconds),
      },
      floorBy: floor.by,
      workerPeakRssMb,
      apiCalls: first.apiCalls,
      credits: first.credits,
      workflowEvents: first.workflowEvents,
      historyBytes: first.historyBytes,
      node: process.version,
      postgres: await serverVersion(environment),
    };
  });
}

/** A sync into an empty mirror, then one that finds nothing changed, by the same worker. */
export async function mirrorTwice(environment: BenchEnvironment, options: MeasureOptions): Promise<Mirrored> {
  const { report, rows, path } = options;
  const memory = watchMemory(environment.worker.identity.pid);
  try {
    // A bulk read makes few calls, and no row passes through JavaScript: there is little to compile.
    if (path === 'list' && !options.cold) await warmUp(environment, report);
    report(`Full sync of ${rows} rows into an empty mirror`);
    const first = await runFullSync(environment, path, report);
    if (options.chunks) await reportBreakdown(environment, first, report);
    expectCounts(first, { created: rows, changed: 0 });
    expectRows('The mirror', await countMirrorRows(environment.knex, await mirrorOf(environment)), rows);

    report('Full sync again, nothing changed');
    const second = await runFullSync(environment, path, report);
    if (options.chunks) await reportBreakdown(environment, second, report);
    expectCounts(second, { created: 0, changed: 0 });
    return { first, second, workerPeakRssMb: Math.ceil(await memory.readMb()) };
  } finally {
    memory.close();
  }
}

/** @throws Error when a session did something else than it is measured for */
function expectCounts({ result }: SessionRun, expected: { created: number; changed: number }): void {
  expectRows('Created rows', result.created, expected.created);
  expectRows('Changed, deleted or failed rows', result.updated + result.deleted + result.failed, expected.changed);
}

function expectRows(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}.`);
}

async function mirrorOf({ knex, connectionId }: BenchEnvironment): Promise<{ schema: string; table: string }> {
  const mirror = await findMirrorByName(knex, connectionId, MODULE);
  if (!mirror) throw new Error(`${MODULE} has no mirror yet.`);
  return { schema: (await getConnection(knex, connectionId)).mirrorSchema, table: mirror.table };
}

async function mirrorTable(environment: BenchEnvironment): Promise<string> {
  return qualifiedTable(await mirrorOf(environment));
}

async function serverVersion({ knex }: BenchEnvironment): Promise<string> {
  const answer = await knex.raw<{ rows: { server_version: string }[] }>('show server_version');
  return answer.rows[0]?.server_version ?? '';
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

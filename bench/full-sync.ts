import { countMirrorRows } from '../src/db/mirror/mirror-table';
import type { Comparison } from '../src/domain/runs/enums';
import { reportBreakdown } from './breakdown';
import { type BenchEnvironment, withEnvironment } from './environment';
import { type Floor, measureFloor } from './floor';
import { mirrorTable, tableOf } from './mirror-table';
import type { BenchOptions } from './options';
import { watchMemory } from './process-memory';
import { runFullSync, type SessionRun } from './session-run';
import type { Measured, Reach } from './verdict';
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
    /** Both for the second session, which finds nothing changed and trusts equal times. */
    unchangedEndToEnd: number;
    unchangedLoad: number;
    /** Both for the third session, which finds nothing changed and compares every value. */
    unchangedByValuesEndToEnd: number;
    unchangedByValuesLoad: number;
    /** `\copy` of the same rows. */
    floor: number;
  };
  /** Seconds above, divided by those of the floor. */
  ratios: { endToEnd: number; load: number; unchangedLoad: number; unchangedByValuesLoad: number };
  floorBy: Floor['by'];
  /** Peak resident set of the worker over all sessions. */
  workerPeakRssMb: number;
  /** Measured of the first session. */
  apiCalls: number;
  credits: number;
  workflowEvents: number;
  historyBytes: number;
  node: string;
  postgres: string;
}

/** Rows from which on the fixed costs of a session no longer count, by the way they are read. */
const ENOUGH_ROWS = { bulk: 1_000_000, list: 50_000 } as const;

/** The most that the ratios to the floor may be, for sizes at which they say something. */
export function fullSyncReach({ path, rows }: Measured): Reach {
  if (path === 'bulk' && Number(rows) >= ENOUGH_ROWS.bulk) {
    return {
      'ratios.load': 1.2,
      'ratios.endToEnd': 1.8,
      'ratios.unchangedLoad': 0.5,
      'ratios.unchangedByValuesLoad': 1,
      workerPeakRssMb: 400,
    };
  }
  return path === 'list' && Number(rows) >= ENOUGH_ROWS.list ? { 'ratios.load': 1.5, workerPeakRssMb: 400 } : {};
}

export interface Mirrored {
  first: SessionRun;
  /** Finds nothing changed, by times and by values. */
  byTimes: SessionRun;
  byValues: SessionRun;
  workerPeakRssMb: number;
}

export type MeasureOptions = Omit<BenchOptions, 'command' | 'json'> & {
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
};

/**
 * Measures a full sync into an empty mirror, two that find nothing changed, and the floor below them.
 * @throws Error when a session does not complete, or the mirror does not end up with every row
 */
export async function measureFullSync(options: MeasureOptions): Promise<FullSyncMeasurement> {
  return withEnvironment(options, async (environment) => {
    const { first, byTimes, byValues, workerPeakRssMb } = await mirrorRepeatedly(environment, options);
    options.report('Measuring the floor');
    const floor = await measureFloor(environment, await mirrorTable(environment), options.report);
    return {
      rows: options.rows,
      path: first.path,
      zoho: options.zoho,
      seconds: {
        endToEnd: rounded(first.seconds),
        load: rounded(first.loadSeconds),
        unchangedEndToEnd: rounded(byTimes.seconds),
        unchangedLoad: rounded(byTimes.loadSeconds),
        unchangedByValuesEndToEnd: rounded(byValues.seconds),
        unchangedByValuesLoad: rounded(byValues.loadSeconds),
        floor: rounded(floor.seconds),
      },
      ratios: {
        endToEnd: rounded(first.seconds / floor.seconds),
        load: rounded(first.loadSeconds / floor.seconds),
        unchangedLoad: rounded(byTimes.loadSeconds / floor.seconds),
        unchangedByValuesLoad: rounded(byValues.loadSeconds / floor.seconds),
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

/** A sync into an empty mirror, then two that find nothing changed, by the same worker. */
export async function mirrorRepeatedly(environment: BenchEnvironment, options: MeasureOptions): Promise<Mirrored> {
  const { report, rows, path } = options;
  const memory = watchMemory(environment.worker.identity.pid);
  const sync = async (what: string, compare: Comparison, created: number): Promise<SessionRun> => {
    report(what);
    const run = await runFullSync(environment, { path, compare }, report);
    if (options.chunks) await reportBreakdown(environment, run, report);
    expectCounts(run, { created, changed: 0 });
    return run;
  };
  try {
    // A bulk read makes few calls, and no row passes through JavaScript: there is little to compile.
    if (path === 'list' && !options.cold) await warmUp(environment, report);
    const first = await sync(`Full sync of ${rows} rows into an empty mirror`, 'times', rows);
    expectRows('The mirror', await countMirrorRows(environment.knex, await tableOf(environment)), rows);
    const byTimes = await sync('Full sync again, nothing changed, by times', 'times', 0);
    const byValues = await sync('Full sync again, nothing changed, by values', 'values', 0);
    return { first, byTimes, byValues, workerPeakRssMb: Math.ceil(await memory.readMb()) };
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

async function serverVersion({ knex }: BenchEnvironment): Promise<string> {
  const answer = await knex.raw<{ rows: { server_version: string }[] }>('show server_version');
  return answer.rows[0]?.server_version ?? '';
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

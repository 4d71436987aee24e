import { withEnvironment, type BenchEnvironment } from './environment';
import type { MeasureOptions } from './full-sync';
import { runFullSync } from './session-run';
import type { Measured, Reach } from './verdict';

/** A worker that reads one module at a time: what two organizations need two places for. */
const ONE_PLACE = { PULSE_SCAN_CONCURRENCY: '1' };
/** Rows from which on the fixed costs of a session no longer count. */
const ENOUGH_ROWS = 50_000;

export interface WorkersMeasurement {
  /** Of each of the two organizations. */
  rows: number;
  zoho: string;
  /** Until both organizations have read their module again, page by page. */
  seconds: { oneWorker: number; twoWorkers: number };
  /** The time of two workers divided by that of one: a half at best. */
  ratio: number;
  /** The same the other way round. */
  speedUp: number;
  node: string;
}

/** The most that the figures may be: two workers are 1.8 times as fast. */
export function workersReach({ rows }: Measured): Reach {
  return Number(rows) >= ENOUGH_ROWS ? { ratio: Math.floor(1_000 / 1.8) / 1_000 } : {};
}

/**
 * Measures what a second worker process is good for: two organizations whose Zoho takes 150 ms a call read a module each.
 * The first time with each number of workers fills mirrors and compiles code, and does not count.
 * @throws Error when a session does not complete
 */
export async function measureWorkers(options: MeasureOptions): Promise<WorkersMeasurement> {
  return withEnvironment({ ...options, zoho: 'realistic', workers: ONE_PLACE }, async (environment) => {
    const organizations = [environment, await environment.withOrganization('other')];
    const { report } = options;
    const read = async (what: string): Promise<number> => {
      report(what);
      return readBoth(organizations, report);
    };
    await read('One worker fills both mirrors');
    const oneWorker = await read('One worker reads both again');
    await environment.addWorker();
    await read('Two workers read both');
    const twoWorkers = await read('Two workers read both again');
    return {
      rows: options.rows,
      zoho: 'realistic',
      seconds: { oneWorker: rounded(oneWorker), twoWorkers: rounded(twoWorkers) },
      ratio: rounded(twoWorkers / oneWorker),
      speedUp: rounded(oneWorker / twoWorkers),
      node: process.version,
    };
  });
}

/** @returns seconds */
async function readBoth(organizations: readonly BenchEnvironment[], report: (line: string) => void): Promise<number> {
  const started = performance.now();
  await Promise.all(
    organizations.map((organization) => runFullSync(organization, { path: 'list', compare: 'values' }, report)),
  );
  return (performance.now() - started) / 1000;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

import type { SyncResult } from '../src/temporal/contract/sync-messages';
import { type BenchEnvironment, withEnvironment } from './environment';
import type { MeasureOptions } from './full-sync';
import { median } from './median';
import { MODULE, runFullSync, runIncrementalSync, type SessionRun } from './session-run';
import { BEHIND_MS, BETWEEN_MS, changeRecords, moveClock } from './simulated-zoho';
import type { Reach } from './verdict';

const CHANGED_ROUNDS = 5;
const IDLE_ROUNDS = 10;
const CHANGED = 1_000;
const DELETED = 100;

export interface IncrementalMeasurement {
  rows: number;
  zoho: string;
  /** Medians of the sessions, from the request until they are completed. */
  seconds: { changed: number; idle: number };
  /** The most of any session. */
  calls: { changed: number; idle: number };
  credits: { changed: number; idle: number };
  node: string;
}

/** The most that the figures may be, for any number of rows. */
export const INCREMENTAL_REACH: Reach = {
  'seconds.changed': 5,
  'credits.changed': 20,
  'seconds.idle': 1,
  'calls.idle': 2,
  'credits.idle': 3,
};

/**
 * Measures incremental syncs of a mirrored module: after a thousand changes and a hundred deletes, and where nothing has
 * changed.
 * @throws Error when a session does not complete, or does something else than it is measured for
 */
export async function measureIncremental(options: MeasureOptions): Promise<IncrementalMeasurement> {
  return withEnvironment(options, async (environment) => {
    const { report, rows } = options;
    await moveClock(environment, -BEHIND_MS);
    report(`Full sync of ${rows} rows`);
    await runFullSync(environment, { path: options.path, compare: 'times' }, report);
    const changed: SessionRun[] = [];
    for (let round = 1; round <= CHANGED_ROUNDS; round += 1) {
      report(`Changes, ${round} of ${CHANGED_ROUNDS}`);
      await change(environment, round);
      await moveClock(environment, BETWEEN_MS);
      changed.push(expecting(await runIncrementalSync(environment, report), DELETED, rows - round * DELETED));
    }
    const idle: SessionRun[] = [];
    for (let round = 1; round <= IDLE_ROUNDS; round += 1) {
      report(`Nothing changed, ${round} of ${IDLE_ROUNDS}`);
      await moveClock(environment, BETWEEN_MS);
      idle.push(expecting(await runIncrementalSync(environment, report), 0));
    }
    return {
      rows,
      zoho: options.zoho,
      seconds: { changed: medianSeconds(changed), idle: medianSeconds(idle) },
      calls: { changed: mostOf(changed, 'apiCalls'), idle: mostOf(idle, 'apiCalls') },
      credits: { changed: mostOf(changed, 'credits'), idle: mostOf(idle, 'credits') },
      node: process.version,
    };
  });
}

async function change(environment: BenchEnvironment, round: number): Promise<void> {
  await changeRecords(environment, MODULE, {
    update: { count: CHANGED, values: { Next_Step: `Round ${round}` } },
    delete: { count: DELETED },
  });
}

/** @param mirrorRows where both sides are counted */
function expecting(run: SessionRun, deleted: number, mirrorRows?: number): SessionRun {
  const { result } = run;
  const hasChanged = result.updated > 0;
  if (result.deleted !== deleted || hasChanged !== deleted > 0 || result.mirrorRows !== mirrorRows) {
    throw new Error(`A session did not do what it is measured for: ${describe(result)}`);
  }
  return run;
}

function describe({ created, updated, deleted, mirrorRows }: SyncResult): string {
  return `${created} created, ${updated} updated, ${deleted} deleted, ${mirrorRows ?? 'no'} rows counted.`;
}

function medianSeconds(runs: readonly SessionRun[]): number {
  return Math.round(1000 * median(runs.map(({ seconds }) => seconds))) / 1000;
}

function mostOf(runs: readonly SessionRun[], figure: 'apiCalls' | 'credits'): number {
  return Math.max(...runs.map((run) => run[figure]));
}

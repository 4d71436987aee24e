import {
  DIFFERENCE_KINDS,
  type ComparisonFindings,
  type DifferenceKind,
} from '../../src/domain/mirror/comparison-findings';
import type { Comparison } from '../../src/domain/runs/enums';
import { withEnvironment, type BenchEnvironment } from '../environment';
import { measureFloor } from '../floor';
import type { MeasureOptions } from '../full-sync';
import { mirrorTable } from '../mirror-table';
import { runFullSync, runIncrementalSync, runVerification, type SessionRun } from '../session-run';
import { BEHIND_MS, BETWEEN_MS, moveClock } from '../simulated-zoho';
import type { Measured, Reach } from '../verdict';
import { SpoiledMirror } from './planted';
import { Writer } from './writer';

/** Planted rows of a kind: five kinds make 500. */
const EACH = 100;
/** At most one row of a thousand differs in one way, as in a mirror that is looked after. */
const ONE_OF = 1_000;
const ROUNDS_UNDER_WRITES = 3;
/** Kinds that a comparison can see, by its depth: equal times hide another value. */
const SEEN: Readonly<Record<Comparison, readonly DifferenceKind[]>> = {
  values: DIFFERENCE_KINDS,
  times: DIFFERENCE_KINDS.filter((kind) => kind !== 'value'),
};

interface ByDepth {
  values: number;
  times: number;
}

export interface VerifyMeasurement {
  rows: number;
  path: string;
  zoho: string;
  /** Rows that were spoiled by hand in the mirror. */
  planted: ByDepth;
  /** Those of them that were not found to be what they were. */
  missed: ByDepth;
  /** Rows that were not as before after their repair. */
  wrong: ByDepth;
  /** Of the comparison that finds them. */
  credits: ByDepth;
  /** Time in which its chunks were downloaded or loaded. */
  seconds: ByDepth & { floor: number };
  ratios: ByDepth;
  /** Differences that were found where there was none: in a mirror nobody touched, under writes, and after those. */
  falseAlarms: { quiet: number; underWrites: number; afterwards: number };
  /** Writes and deletes at Zoho while comparisons ran, and records that these took for changed meanwhile. */
  underWrites: { writes: number; explained: number };
  node: string;
}

/** Rows from which on the fixed costs of a session no longer count. */
const ENOUGH_ROWS = 1_000_000;

/** The most that the figures may be; ratios say something of many rows only. */
export function verifyReach({ path, rows }: Measured): Reach {
  return {
    'missed.values': 0,
    'missed.times': 0,
    'wrong.values': 0,
    'wrong.times': 0,
    'falseAlarms.quiet': 0,
    'falseAlarms.underWrites': 0,
    'falseAlarms.afterwards': 0,
    ...(path === 'bulk' && { 'credits.values': 305, 'credits.times': 305 }),
    ...(path === 'bulk' && Number(rows) >= ENOUGH_ROWS && { 'ratios.values': 1, 'ratios.times': 0.5 }),
  };
}

/**
 * Measures comparisons of a mirror: of one in which rows were spoiled by hand, of one that nobody touched, and of one
 * whose records are changed meanwhile.
 * @throws Error when a session does not complete
 */
export async function measureVerify(options: MeasureOptions): Promise<VerifyMeasurement> {
  return withEnvironment(options, async (environment) => {
    const { path, report, rows } = options;
    await moveClock(environment, -BEHIND_MS);
    report(`Full sync of ${rows} rows`);
    await runFullSync(environment, { path, compare: 'times' }, report);
    await moveClock(environment, BETWEEN_MS);
    const verify = (compare: Comparison): Promise<SessionRun> =>
      runVerification(environment, { path, compare }, report);

    report('Comparing an untouched mirror');
    const quiet = [await verify('values'), await verify('times')];
    const mirror = await SpoiledMirror.of(environment);
    const values = await findPlanted(options, mirror, 'values', verify);
    const times = await findPlanted(options, mirror, 'times', verify);
    const busy = await compareUnderWrites(environment, verify, report);
    report('Comparing afterwards');
    await moveClock(environment, BETWEEN_MS);
    await runIncrementalSync(environment, report);
    const afterwards = await verify('values');
    report('Measuring the floor');
    const floor = await measureFloor(environment, await mirrorTable(environment), report);
    return {
      rows,
      path: values.run.path,
      zoho: options.zoho,
      planted: { values: values.planted, times: times.planted },
      missed: { values: values.missed, times: times.missed },
      wrong: { values: values.wrong, times: times.wrong },
      credits: { values: values.run.credits, times: times.run.credits },
      seconds: {
        values: rounded(values.run.loadSeconds),
        times: rounded(times.run.loadSeconds),
        floor: rounded(floor.seconds),
      },
      ratios: {
        values: rounded(values.run.loadSeconds / floor.seconds),
        times: rounded(times.run.loadSeconds / floor.seconds),
      },
      falseAlarms: {
        quiet: alarmsOf(quiet) + explainedBy(quiet),
        underWrites: alarmsOf(busy.runs),
        afterwards: alarmsOf([afterwards]) + explainedBy([afterwards]),
      },
      underWrites: { writes: busy.writes, explained: explainedBy(busy.runs) },
      node: process.version,
    };
  });
}

interface Found {
  run: SessionRun;
  planted: number;
  missed: number;
  wrong: number;
}

async function findPlanted(
  { report, rows }: MeasureOptions,
  mirror: SpoiledMirror,
  depth: Comparison,
  verify: (compare: Comparison) => Promise<SessionRun>,
): Promise<Found> {
  const kinds = SEEN[depth];
  const each = Math.max(1, Math.min(EACH, Math.floor(rows / ONE_OF)));
  report(`Finding ${kinds.length * each} spoiled rows by ${depth}`);
  await mirror.spoil(kinds, each);
  const run = await verify(depth);
  const found = countsOf(findingsOf(run));
  const missed = kinds.reduce((sum, kind) => sum + Math.abs(each - found[kind]), 0);
  return { run, planted: kinds.length * each, missed, wrong: await mirror.countWrong() };
}

async function compareUnderWrites(
  environment: BenchEnvironment,
  verify: (compare: Comparison) => Promise<SessionRun>,
  report: (line: string) => void,
): Promise<{ runs: SessionRun[]; writes: number }> {
  const writer = await Writer.start(environment);
  const runs: SessionRun[] = [];
  try {
    for (let round = 1; round <= ROUNDS_UNDER_WRITES; round += 1) {
      report(`Comparing while others write, ${round} of ${ROUNDS_UNDER_WRITES}`);
      runs.push(await verify('values'), await verify('times'));
    }
  } finally {
    await writer.stop().catch(() => undefined);
  }
  return { runs, writes: await writer.stop() };
}

function findingsOf({ result }: SessionRun): ComparisonFindings {
  if (!result.findings) throw new Error('A comparison has no findings.');
  return result.findings;
}

function countsOf({ missing, stale, extra, values, silent }: ComparisonFindings): Record<DifferenceKind, number> {
  return { missing, stale, extra, silent, value: values };
}

function alarmsOf(runs: readonly SessionRun[]): number {
  const counts = runs.flatMap((run) => Object.values(countsOf(findingsOf(run))));
  return counts.reduce((sum, count) => sum + count, 0);
}

function explainedBy(runs: readonly SessionRun[]): number {
  return runs.reduce((sum, run) => sum + findingsOf(run).explained, 0);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

import { onStopSignals } from '../dev/processes/stop-signals';
import { formatTable } from '../src/cli/output/table';
import { measureBroker } from './broker';
import { measureComparison } from './compare';
import { FAIRNESS_REACH, measureFairness } from './fairness';
import { fullSyncReach, measureFullSync, type MeasureOptions } from './full-sync';
import { INCREMENTAL_REACH, measureIncremental } from './incremental';
import { measureMemory, MEMORY_REACH } from './memory';
import { parseOptions, USAGE, UsageError, type BenchOptions } from './options';
import { flatten, judge, type Measured, type Reach } from './verdict';
import { measureVerify, verifyReach } from './verify/measure';
import { measureWebhook, WEBHOOK_REACH } from './webhook/measure';
import { measureWorkers, workersReach } from './workers';

const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const;

async function main(options: BenchOptions): Promise<void> {
  const stop = new AbortController();
  onStopSignals(
    () => {
      process.exitCode = EXIT.interrupted;
      stop.abort(new Error('Interrupted.'));
    },
    () => process.exit(EXIT.interrupted),
  );
  const { command, json, ...rest } = options;
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const measureOptions = { ...rest, signal: stop.signal, report };
  const { measure, reach } = BENCHMARKS[command];
  const figures = flatten(await measure(measureOptions));
  const verdict = judge(figures, reach(figures));
  if (!json) process.stdout.write(`${formatTable(['figure', 'value', 'at most'], rowsOf(figures, verdict.reach))}\n`);
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
  if (Object.values(verdict.held).includes(false)) process.exitCode = EXIT.failed;
}

interface Benchmark {
  measure: (options: MeasureOptions) => Promise<object>;
  /** The most that the figures may be; other sizes say nothing. */
  reach: (figures: Measured) => Reach;
}

const BENCHMARKS: Readonly<Record<BenchOptions['command'], Benchmark>> = {
  'full-sync': { measure: measureFullSync, reach: fullSyncReach },
  compare: { measure: measureComparison, reach: () => ({}) },
  incremental: { measure: measureIncremental, reach: () => INCREMENTAL_REACH },
  verify: { measure: measureVerify, reach: verifyReach },
  webhook: { measure: measureWebhook, reach: () => WEBHOOK_REACH },
  workers: { measure: measureWorkers, reach: workersReach },
  fairness: { measure: measureFairness, reach: () => FAIRNESS_REACH },
  memory: { measure: measureMemory, reach: () => MEMORY_REACH },
  broker: { measure: measureBroker, reach: () => ({}) },
};

function rowsOf(figures: Measured, reach: Reach): string[][] {
  return Object.entries(figures).map(([name, value]) => [name, String(value), String(reach[name] ?? '')]);
}

async function run(): Promise<void> {
  try {
    await main(parseOptions(process.argv.slice(2)));
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}.\n\n${USAGE}\n`);
      process.exitCode = EXIT.usage;
      return;
    }
    process.stderr.write(`The benchmark failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode ??= EXIT.failed;
  }
}

void run().then(() => process.exit());

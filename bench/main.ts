import { onStopSignals } from '../dev/processes/stop-signals';
import { formatTable } from '../src/cli/output/table';
import { measureBroker } from './broker';
import { measureFullSync } from './full-sync';
import { measureMemory } from './memory';
import { parseOptions, USAGE, UsageError, type BenchOptions } from './options';

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
  const measure = { 'full-sync': measureFullSync, memory: measureMemory, broker: measureBroker }[command];
  const measured = await measure(measureOptions);
  if (!json) process.stdout.write(`${formatTable(['figure', 'value'], flatten(measured))}\n`);
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

/** `{ seconds: { load: 1 } }` as `[['seconds.load', '1']]`. */
function flatten(measured: object, prefix = ''): string[][] {
  return Object.entries(measured).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? flatten(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, String(value)]],
  );
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

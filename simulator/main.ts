import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EDITIONS, type Edition } from './limits/editions';
import { DATA_CENTERS } from './oauth/data-centers';
import { type Profile, PROFILES, type SimulatorOptions } from './options';
import { parseSwitch, SWITCHES } from './switches';
import { startSimulator } from './index';

const DEFAULT_PORT = 8700;
const NUMBERS = {
  port: 'port',
  seed: 'seed',
  deals: 'deals',
  contacts: 'contacts',
  accounts: 'accounts',
  leads: 'leads',
  users: 'users',
  credits: 'credits',
  'latency-ms': 'latencyMs',
  'bulk-job-ms': 'bulkJobMs',
} as const;

const USAGE = `Usage: npm run simulator -- [options]
  --port 8700 --host 127.0.0.1   where to listen (port 0: any free one)
  --seed 1                       the same seed and sizes give the same data
  --deals 1000 --accounts N --contacts N --leads 200
                                 records (default: accounts a fifth, contacts half of the deals)
  --edition enterprise           ${EDITIONS.join(', ')}: concurrency and daily credits
  --data-center us               ${DATA_CENTERS.join(', ')}
  --users 10 --credits N         licences; daily credits instead of the edition's
  --time-zone America/New_York   of the organization and its users
  --multiselect-separator ';'    between choices in bulk-read cells
  --profile fast                 ${PROFILES.join(' or ')}: latency and duration of jobs
  --latency-ms N --bulk-job-ms N times that win over the profile's
  --no-token-throttle            more than ten access tokens in ten minutes
  --switch name=value            another answer to a point Zoho leaves open (repeatable; --switches lists them)
  --tls-cert FILE --tls-key FILE speak HTTPS`;

function readOptions(args: readonly string[]): Partial<SimulatorOptions> & { profile?: Profile } {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...(Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, text])) as Record<
        keyof typeof NUMBERS,
        typeof text
      >),
      host: text,
      edition: text,
      'data-center': text,
      profile: text,
      'time-zone': text,
      'multiselect-separator': text,
      'tls-cert': text,
      'tls-key': text,
      'no-token-throttle': flag,
      switch: { type: 'string', multiple: true },
      switches: flag,
      help: flag,
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  if (values.switches) {
    process.stdout.write(`${switchList()}\n`);
    process.exit(0);
  }
  const numbers: Record<string, number> = {};
  for (const name of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) {
    const value = values[name];
    if (value === undefined) continue;
    if (!/^\d+$/.test(value)) throw new Error(`--${name} expects a whole number, not "${value}"`);
    numbers[NUMBERS[name]] = Number(value);
  }
  const { host, 'time-zone': timeZone, 'multiselect-separator': multiselectSeparator } = values;
  const cert = values['tls-cert'];
  const key = values['tls-key'];
  if ((cert === undefined) !== (key === undefined)) throw new Error('--tls-cert and --tls-key belong together');
  return {
    port: DEFAULT_PORT,
    ...numbers,
    ...(host !== undefined && { host }),
    ...(timeZone !== undefined && { timeZone }),
    ...(multiselectSeparator !== undefined && { multiselectSeparator }),
    ...(values['data-center'] !== undefined && {
      dataCenter: oneOf('data-center', DATA_CENTERS, values['data-center']),
    }),
    ...(values.edition !== undefined && { edition: oneOf<Edition>('edition', EDITIONS, values.edition) }),
    ...(values.profile !== undefined && { profile: oneOf<Profile>('profile', PROFILES, values.profile) }),
    ...(values['no-token-throttle'] && { tokenThrottle: false }),
    switches: Object.assign({}, ...(values.switch ?? []).map(parseSwitch)) as SimulatorOptions['switches'],
    ...(cert !== undefined &&
      key !== undefined && { tls: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } }),
  };
}

function oneOf<T extends string>(name: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new Error(`--${name} is one of ${allowed.join(', ')}, not "${value}"`);
  return found;
}

function switchList(): string {
  return Object.entries(SWITCHES)
    .map(([name, { standard, values, meaning }]) => {
      const choices = typeof values === 'string' ? values : values.join(' | ');
      return `${name}=${String(standard)}  (${choices})\n    ${meaning}`;
    })
    .join('\n');
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const simulator = await startSimulator(options);
  simulator.control.simulation.bulkRead.warmUp();
  process.stdout.write(`${JSON.stringify({ event: 'listening', url: simulator.url, pid: process.pid })}\n`);
  const stop = (): void => {
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `simulator: ${busy ? `the port is in use (${message}); choose another with --port` : message}\n`,
  );
  process.exit(1);
});

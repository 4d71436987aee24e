import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EDITIONS, type Edition } from './limits/editions';
import { DATA_CENTERS } from './oauth/data-centers';
import { type Profile, PROFILES, type SimulatorOptions } from './options';
import { parseSwitch, SWITCHES } from './switches';

type Chosen = Partial<SimulatorOptions> & { profile?: Profile };

const DEFAULT_PORT = 8700;

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
  --without-traps, --with-traps  without (or with, after all) the modules that answer 403 or show no fields
  --switch name=value            another answer to a point Zoho leaves open (repeatable; --switches lists them)
  --tls-cert FILE --tls-key FILE speak HTTPS`;

/** Options that flags with a text choose. */
const FLAGS = {
  port: (text, flag) => ({ port: wholeNumber(flag, text) }),
  host: (host) => ({ host }),
  seed: (text, flag) => ({ seed: wholeNumber(flag, text) }),
  deals: (text, flag) => ({ deals: wholeNumber(flag, text) }),
  accounts: (text, flag) => ({ accounts: wholeNumber(flag, text) }),
  contacts: (text, flag) => ({ contacts: wholeNumber(flag, text) }),
  leads: (text, flag) => ({ leads: wholeNumber(flag, text) }),
  edition: (text, flag) => ({ edition: oneOf<Edition>(flag, EDITIONS, text) }),
  'data-center': (text, flag) => ({ dataCenter: oneOf(flag, DATA_CENTERS, text) }),
  users: (text, flag) => ({ users: wholeNumber(flag, text) }),
  credits: (text, flag) => ({ credits: wholeNumber(flag, text) }),
  'time-zone': (timeZone) => ({ timeZone }),
  'multiselect-separator': (multiselectSeparator) => ({ multiselectSeparator }),
  profile: (text, flag) => ({ profile: oneOf<Profile>(flag, PROFILES, text) }),
  'latency-ms': (text, flag) => ({ latencyMs: wholeNumber(flag, text) }),
  'bulk-job-ms': (text, flag) => ({ bulkJobMs: wholeNumber(flag, text) }),
} satisfies Record<string, (text: string, flag: string) => Chosen>;
type Flag = keyof typeof FLAGS;

/** Reads the options of the command line. `--help` and `--switches` print a text and end the process. */
export function readOptions(args: readonly string[]): Chosen {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const names = Object.keys(FLAGS) as Flag[];
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...(Object.fromEntries(names.map((name) => [name, text])) as Record<Flag, typeof text>),
      'tls-cert': text,
      'tls-key': text,
      'no-token-throttle': flag,
      'without-traps': flag,
      'with-traps': flag,
      switch: { type: 'string', multiple: true },
      switches: flag,
      help: flag,
    },
  });
  if (values.help) printAndExit(USAGE);
  if (values.switches) printAndExit(switchList());
  const chosen = names.map((name): Chosen => {
    const given = values[name];
    return given === undefined ? {} : FLAGS[name](given, name);
  });
  return {
    port: DEFAULT_PORT,
    ...(Object.assign({}, ...chosen) as Chosen),
    ...(values['no-token-throttle'] && { tokenThrottle: false }),
    ...(values['without-traps'] && !values['with-traps'] && { traps: false }),
    switches: Object.assign({}, ...(values.switch ?? []).map(parseSwitch)) as SimulatorOptions['switches'],
    ...readTls(values['tls-cert'], values['tls-key']),
  };
}

function printAndExit(text: string): never {
  process.stdout.write(`${text}\n`);
  process.exit(0);
}

function readTls(certFile: string | undefined, keyFile: string | undefined): Pick<Chosen, 'tls'> {
  if (certFile === undefined && keyFile === undefined) return {};
  if (certFile === undefined || keyFile === undefined) throw new Error('--tls-cert and --tls-key belong together');
  return { tls: { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') } };
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${flag} expects a whole number, not "${text}"`);
  return Number(text);
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

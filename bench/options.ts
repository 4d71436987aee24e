import { parseArgs } from 'node:util';
import { READ_PATHS, type ReadPath } from '../src/domain/runs/enums';

/** Latency profiles of the simulator. */
const ZOHO_PROFILES = ['fast', 'realistic'] as const;
export type ZohoProfile = (typeof ZOHO_PROFILES)[number];

const COMMANDS = [
  'full-sync',
  'compare',
  'incremental',
  'verify',
  'webhook',
  'workers',
  'fairness',
  'memory',
  'broker',
] as const;

export const USAGE = `Usage: npm run bench -- full-sync --rows N [options]
       npm run bench -- compare --rows N [options]
       npm run bench -- incremental --rows N [options]
       npm run bench -- verify --rows N [options]
       npm run bench -- webhook --rows N [options]
       npm run bench -- workers --rows N [options]
       npm run bench -- fairness --rows N [options]
       npm run bench -- memory [options]
       npm run bench -- broker [options]

  --rows 50000           Deals to mirror (all but memory and broker)
  --path ${READ_PATHS.join('|')}       how to read them; without it the planner decides
  --zoho ${ZOHO_PROFILES.join('|')}  latency and job times of the simulated Zoho (default fast)
  --cold                 measure the first sync of a worker that has just started
  --json                 nothing but the JSON object on stdout
  --chunks               also where the time went: chunks, activities, calls (to stderr)
  --keep                 leave the temporary folder with its logs and data`;

export interface BenchOptions {
  readonly command: (typeof COMMANDS)[number];
  readonly rows: number;
  /** Default: the planner's choice. */
  readonly path: ReadPath | undefined;
  readonly zoho: ZohoProfile;
  /** Skip the warm-up. */
  readonly cold: boolean;
  readonly json: boolean;
  readonly chunks: boolean;
  readonly keep: boolean;
}

/** @throws UsageError */
export function parseOptions(commandLine: readonly string[]): BenchOptions {
  const { values, positionals } = parse(commandLine);
  const [command, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`"${rest.join(' ')}" is one argument too many`);
  if (!/^[1-9]\d{0,8}$/.test(values.rows)) throw new UsageError(`--rows takes a number of rows, not "${values.rows}"`);
  return {
    command: oneOf('The command', COMMANDS, command),
    rows: Number(values.rows),
    path: values.path === undefined ? undefined : oneOf('--path', READ_PATHS, values.path),
    zoho: oneOf('--zoho', ZOHO_PROFILES, values.zoho),
    cold: values.cold,
    json: values.json,
    chunks: values.chunks,
    keep: values.keep,
  };
}

/** Thrown for an invalid command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

function parse(commandLine: readonly string[]) {
  try {
    return parseArgs({
      args: [...commandLine],
      allowPositionals: true,
      options: {
        rows: { type: 'string', default: '50000' },
        path: { type: 'string' },
        zoho: { type: 'string', default: 'fast' },
        cold: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        chunks: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function oneOf<T extends string>(what: string, allowed: readonly T[], value: string | undefined): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`${what} is one of ${allowed.join(', ')}, not "${value ?? ''}"`);
  return found;
}

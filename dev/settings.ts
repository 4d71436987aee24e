import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { loadConfig, type Config } from '../src/config';
import { projectRoot } from './project-root';

const port = z.coerce.number().int().min(1).max(65_535);

/** Variables that only `npm start` reads; those of the processes are in src/config.ts. */
const StartEnvironment = z.object({
  /** Folder of the databases, logs, keys and the run file. */
  PULSE_HOME: z.string().default(path.join(projectRoot(), '.pulse')),
  PULSE_TEMPORAL_PORT: port.default(7233),
  PULSE_TEMPORAL_UI_PORT: port.default(8233),
  /** Default: 54329 or the next free port. */
  PULSE_POSTGRES_PORT: port.optional(),
  PULSE_SIMULATOR_PORT: port.default(8700),
  /** Deals in the simulated CRM; the other modules follow in proportion. */
  PULSE_DEMO_DEALS: z.coerce.number().int().min(0).default(20_000),
});

export interface StartSettings {
  readonly home: string;
  readonly config: Config;
  /** Stop after the first sync. */
  readonly once: boolean;
  /** Sync modules again that an earlier run has synced. */
  readonly resync: boolean;
  /** Use the Temporal server that TEMPORAL_ADDRESS names. */
  readonly externalTemporal: boolean;
  /** Use the PostgreSQL that DATABASE_URL names. */
  readonly externalDatabase: boolean;
  /** True without Zoho credentials: the simulator is started in place of Zoho. */
  readonly simulated: boolean;
  readonly ports: {
    readonly temporal: number;
    readonly temporalUi: number;
    readonly postgres: number | undefined;
    readonly simulator: number;
  };
  readonly demoDeals: number;
}

const START_USAGE = `npm start [-- options]
  --once     sync, then stop everything; exit code 0 when every session completed
  --resync   sync again what an earlier run has synced`;

/** @throws Error one sentence about the option or variable that is wrong. */
export function readStartSettings(args: readonly string[], environment: NodeJS.ProcessEnv): StartSettings {
  const options = parseOptions(args);
  const parsed = StartEnvironment.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new Error(`The environment is not usable: ${problems}`);
  }
  const own = parsed.data;
  const config = loadConfig(environment);
  return {
    home: path.resolve(own.PULSE_HOME),
    config,
    once: options.once,
    resync: options.resync,
    externalTemporal: Boolean(environment['TEMPORAL_ADDRESS']),
    externalDatabase: Boolean(environment['DATABASE_URL']),
    simulated: config.ZOHO_CLIENT_ID === '' && config.ZOHO_REFRESH_TOKEN === '' && config.ZOHO_ACCESS_TOKEN === '',
    ports: {
      temporal: own.PULSE_TEMPORAL_PORT,
      temporalUi: own.PULSE_TEMPORAL_UI_PORT,
      postgres: own.PULSE_POSTGRES_PORT,
      simulator: own.PULSE_SIMULATOR_PORT,
    },
    demoDeals: own.PULSE_DEMO_DEALS,
  };
}

function parseOptions(args: readonly string[]): { once: boolean; resync: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { once: { type: 'boolean', default: false }, resync: { type: 'boolean', default: false } },
    });
    return values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${START_USAGE}`, { cause: error });
  }
}

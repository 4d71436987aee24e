import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN } from '../simulator';
import { parseDatabaseUrl } from '../src/db/postgres/database-url';
import { createDatabase } from '../src/db/postgres/knex';
import { migrateToLatest } from '../src/db/postgres/migrate';
import { controlApi, simulator, worker } from './engine-processes';
import { apiKeyFile, ensureApiKey, ensureEncryptionKeys } from './keys';
import { preparePostgres } from './postgres/server';
import type { Supervisor } from './processes/supervisor';
import type { StartSettings } from './settings';
import { shellWord } from './shell-word';
import { resolveTemporalServer } from './temporal/resolve-server';
import { prepareExternalTemporal, temporalServer } from './temporal/server-process';

const DATABASE_CONNECT_TIMEOUT_MS = 10_000;

export interface Stack {
  readonly apiUrl: string;
  readonly apiKey: string;
  /** Addresses to show to a person, by name; no secrets. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** Holds answers to their schemas where the data is the simulator's; what a real organization holds fails no request. */
export function answerCheck({ simulated }: Pick<StartSettings, 'simulated'>): NodeJS.ProcessEnv {
  return simulated ? { PULSE_VALIDATE_ANSWERS: 'throw' } : {};
}

/** Starts all processes in the order of their dependencies, waiting until each is ready. */
export async function startStack(
  settings: StartSettings,
  supervisor: Supervisor,
  report: (line: string) => void,
): Promise<Stack> {
  const { home, config } = settings;
  const temporal = await startTemporal(settings, supervisor, report);
  const database = await startDatabase(settings, supervisor, report);
  const apiKey = await prepareDatabase(home, database.url, report);
  const crm = await startCrm(settings, supervisor, report);

  const env = {
    ...answerCheck(settings),
    ...process.env,
    ...crm.env,
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_UI_URL: temporal.uiUrl,
    PULSE_SPOOL_DIR: config.PULSE_SPOOL_DIR || path.join(home, 'spool'),
    PULSE_ENCRYPTION_KEYS: config.PULSE_ENCRYPTION_KEYS.join(',') || (await ensureEncryptionKeys(home)),
  };
  const apiUrl = `http://${config.PULSE_API_HOST}:${config.PULSE_API_PORT}`;
  await supervisor.start(worker({ home, env }, { address: temporal.address, namespace: config.TEMPORAL_NAMESPACE }));
  report('Worker        polling');
  await supervisor.start(controlApi({ home, env }, apiUrl));
  report(`Control API   ${apiUrl}`);
  return {
    apiUrl,
    apiKey,
    addresses: {
      'Control API': `${apiUrl}/api/v1  (key in ${apiKeyFile(home)})`,
      'Temporal UI': `${temporal.uiUrl}/namespaces/${config.TEMPORAL_NAMESPACE}/workflows`,
      Database: database.forPeople,
      ...crm.addresses,
    },
  };
}

async function startTemporal(
  settings: StartSettings,
  supervisor: Supervisor,
  report: (line: string) => void,
): Promise<{ address: string; uiUrl: string }> {
  const { home, config, ports } = settings;
  if (settings.externalTemporal) {
    await prepareExternalTemporal(config.TEMPORAL_NAMESPACE);
    report(`Temporal      ${config.TEMPORAL_ADDRESS} (yours)`);
    return { address: config.TEMPORAL_ADDRESS, uiUrl: config.TEMPORAL_UI_URL };
  }
  const cli = await resolveTemporalServer({ report });
  await supervisor.start(
    temporalServer({ cli, home, port: ports.temporal, uiPort: ports.temporalUi, namespace: config.TEMPORAL_NAMESPACE }),
  );
  const address = `127.0.0.1:${ports.temporal}`;
  report(`Temporal      ${address}`);
  return { address, uiUrl: `http://127.0.0.1:${ports.temporalUi}` };
}

async function startDatabase(
  settings: StartSettings,
  supervisor: Supervisor,
  report: (line: string) => void,
): Promise<{ url: string; forPeople: string }> {
  const { home, config, ports } = settings;
  if (settings.externalDatabase) {
    const { host, database } = parseDatabaseUrl(config.DATABASE_URL);
    await requireDatabase(config.DATABASE_URL, host);
    report(`PostgreSQL    ${host} (yours)`);
    return { url: config.DATABASE_URL, forPeople: `${host}/${database} (DATABASE_URL)` };
  }
  const postgres = await preparePostgres({
    dataDirectory: path.join(home, 'postgres'),
    logFile: path.join(home, 'logs', 'postgres.log'),
    ...(ports.postgres === undefined ? {} : { port: ports.postgres }),
  });
  await supervisor.start(postgres.spec);
  const { role, password } = postgres.reader;
  const where = `127.0.0.1:${postgres.port}:pulse:${role}`;
  const passwordFile = path.join(home, 'pgpass');
  await writeFile(passwordFile, `${where}:${password}\n`, { mode: 0o600 });
  report(`PostgreSQL    127.0.0.1:${postgres.port}`);
  return {
    url: postgres.url,
    forPeople: `PGPASSFILE=${shellWord(passwordFile)} psql -h 127.0.0.1 -p ${postgres.port} -U ${role} pulse`,
  };
}

/** @throws Error one sentence, when the external database cannot be used */
async function requireDatabase(url: string, host: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: DATABASE_CONNECT_TIMEOUT_MS });
  try {
    await client.connect();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`PostgreSQL at ${host} (DATABASE_URL) cannot be used: ${reason}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @returns the API key. */
async function prepareDatabase(home: string, url: string, report: (line: string) => void): Promise<string> {
  const database = createDatabase(url, { applicationName: 'pulse-start', poolMax: 2 });
  try {
    const applied = await migrateToLatest(database);
    if (applied.length > 0) report(`Migrations    ${applied.length} applied`);
    return await ensureApiKey(home, database);
  } finally {
    await database.destroy();
  }
}

/** Starts the simulator and returns its credentials; nothing when the environment has Zoho's. */
async function startCrm(
  settings: StartSettings,
  supervisor: Supervisor,
  report: (line: string) => void,
): Promise<{ env: NodeJS.ProcessEnv; addresses: Record<string, string> }> {
  if (!settings.simulated) {
    report(`Zoho CRM      data center ${settings.config.ZOHO_DATA_CENTER}`);
    return { env: {}, addresses: {} };
  }
  const { home, ports, demoDeals } = settings;
  const url = `http://127.0.0.1:${ports.simulator}`;
  await supervisor.start(simulator({ home, port: ports.simulator, deals: demoDeals }));
  report(`Simulator     ${url}, in the place of Zoho CRM`);
  return {
    env: {
      ZOHO_ACCOUNTS_URL: url,
      ZOHO_ALLOW_LOOPBACK: 'true',
      ZOHO_CLIENT_ID: DEMO_CLIENT_ID,
      ZOHO_CLIENT_SECRET: DEMO_CLIENT_SECRET,
      ZOHO_REFRESH_TOKEN: DEMO_REFRESH_TOKEN,
    },
    addresses: { Simulator: url },
  };
}

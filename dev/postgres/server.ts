import { chown } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { bareEnvironment, startProcess, type ProcessSpec } from '../processes/managed-process';
import { freePort, nextFreePort, requireFreePort } from '../processes/ports';
import { postgresBinaries } from './binaries';
import { endLeftoverPostmaster, ensureCluster, POSTGRES_USER } from './cluster';
import { reachableDirectory } from './reachable-directory';
import { ENGINE_ROLE, ensureRoles, handOver, passwordOf, READER_ROLE } from './roles';
import { postgresSettings } from './settings';
import { postgresUser } from './system-user';

const DEFAULT_POSTGRES_PORT = 54329;
const POSTGRES_PORT_VARIABLE = 'PULSE_POSTGRES_PORT';
const DATABASE = 'pulse';

export interface PostgresOptions {
  /**
   * Data directory, created if missing. If this process is root and PostgreSQL's unprivileged user cannot get there (a
   * clone under /root), it becomes a link to a folder under /var/lib/pipeline-pulse-sync.
   */
  readonly dataDirectory: string;
  /** Exactly this port, or 0 for any free one. Default: 54329 or the next free port. */
  readonly port?: number;
  /** Default: `server.log` inside the data directory. */
  readonly logFile?: string;
  /** Server settings on top of the project's own. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PreparedPostgres {
  /** Connection string of the database `pulse` for the engine, with the password. */
  readonly url: string;
  /** The same for the superuser, who only prepares the server. */
  readonly superuserUrl: string;
  readonly port: number;
  /** Role and password for people. */
  readonly reader: { readonly role: string; readonly password: string };
  readonly dataDirectory: string;
  readonly spec: ProcessSpec;
}

export interface RunningPostgres {
  readonly url: string;
  readonly port: number;
  /** Process id of the postmaster. */
  readonly pid: number;
  readonly dataDirectory: string;
  /** Resolves with the exit code or signal once the server has ended for any reason. */
  readonly ended: Promise<string>;
  /** Closes connections, writes a checkpoint, stops (fast shutdown). */
  readonly stop: () => Promise<void>;
}

/**
 * Prepares the embedded PostgreSQL 18 for `startProcess` or a supervisor: creates the cluster, clears leftovers of a
 * killed run away, chooses a port.
 */
export async function preparePostgres(options: PostgresOptions): Promise<PreparedPostgres> {
  const user = postgresUser();
  const dataDirectory = await reachableDirectory(path.resolve(options.dataDirectory), user);
  const binaries = await postgresBinaries(user);
  const password = await ensureCluster(dataDirectory, binaries, user);
  if (user !== undefined) await chown(dataDirectory, user.uid, user.gid);
  await endLeftoverPostmaster(dataDirectory);
  const port = await choosePort(options.port);
  const urlFor = (role: string, secret: string) => `postgres://${role}:${secret}@127.0.0.1:${port}/${DATABASE}`;
  const superuserUrl = urlFor(POSTGRES_USER, password);
  const settings = { ...postgresSettings(), ...options.settings };
  return {
    url: urlFor(ENGINE_ROLE, passwordOf(ENGINE_ROLE, password)),
    superuserUrl,
    port,
    reader: { role: READER_ROLE, password: passwordOf(READER_ROLE, password) },
    dataDirectory,
    spec: {
      name: 'PostgreSQL',
      command: binaries.postgres,
      args: ['-D', dataDirectory, '-p', String(port), ...settingArguments(settings)],
      env: bareEnvironment(),
      cwd: '/',
      ...user,
      logFile: options.logFile ?? path.join(dataDirectory, 'server.log'),
      isReady: () => ensureDatabase(superuserUrl, password),
      readyTimeoutMs: 120_000,
      stopSignal: 'SIGINT',
      stopTimeoutMs: 60_000,
      beforeStart: () => endLeftoverPostmaster(dataDirectory),
    },
  };
}

/** Starts the embedded PostgreSQL 18 and waits until its database `pulse` accepts queries. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { spec, url, port, dataDirectory } = await preparePostgres(options);
  const { identity, ended, stop } = await startProcess(spec);
  return { url, port, pid: identity.pid, dataDirectory, ended, stop };
}

async function choosePort(wanted: number | undefined): Promise<number> {
  if (wanted === undefined) return nextFreePort(DEFAULT_POSTGRES_PORT);
  if (wanted === 0) return freePort();
  await requireFreePort(wanted, 'PostgreSQL', POSTGRES_PORT_VARIABLE);
  return wanted;
}

function settingArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Creates roles and database once the server answers, and makes the engine's role the owner. */
async function ensureDatabase(superuserUrl: string, password: string): Promise<boolean> {
  const maintenance = new URL(superuserUrl);
  maintenance.pathname = '/postgres';
  await withClient(maintenance.href, async (client) => {
    await ensureRoles(client, password);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
    await client.query(`alter database ${DATABASE} owner to ${ENGINE_ROLE}`);
  });
  await withClient(superuserUrl, handOver);
  return true;
}

async function withClient(connectionString: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}

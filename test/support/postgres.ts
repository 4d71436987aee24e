import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { preparePostgres } from '../../dev/postgres/server';
import { createDatabase } from '../../src/db/postgres/knex';
import { migrateToLatest } from '../../src/db/postgres/migrate';
import { startServer, type ServerProcess } from './server-process';
import { stopAfterAllTests } from './shared';

const TEMPLATE = 'pulse_template';

/** A PostgreSQL of its own for a suite that kills it. */
export interface PostgresServer extends ServerProcess {
  /** Connection string of a migrated database. */
  url: string;
}

interface Cluster extends PostgresServer {
  urlOf: (database: string) => string;
  /** The same for the engine's role, which is no superuser. */
  engineUrlOf: (database: string) => string;
}

let shared: Promise<Cluster> | undefined;

/** A migrated database of its own, copied from a template that is made once a process. */
export async function testDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  shared ??= startShared();
  const { urlOf } = await shared;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await run(urlOf('postgres'), `create database ${name} template ${TEMPLATE}`);
  return { url: urlOf(name), drop: () => run(urlOf('postgres'), `drop database ${name} with (force)`) };
}

/** A database that the engine's role owns and has migrated. */
export async function engineDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  shared ??= startShared();
  const { urlOf, engineUrlOf } = await shared;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await run(urlOf('postgres'), `create database ${name} owner pulse_engine`);
  const knex = createDatabase(engineUrlOf(name));
  await migrateToLatest(knex);
  await knex.destroy();
  const drop = () => run(urlOf('postgres'), `drop database ${name} with (force)`);
  return { url: engineUrlOf(name), drop };
}

/** Runs statements as the superuser of the shared server, in the database of an engine. */
export async function asSuperuser(engineUrl: string, ...statements: readonly string[]): Promise<void> {
  shared ??= startShared();
  const { urlOf } = await shared;
  const client = new pg.Client(urlOf(new URL(engineUrl).pathname.slice(1)));
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function startShared(): Promise<Cluster> {
  const cluster = await startCluster({ fsync: 'off', full_page_writes: 'off' });
  stopAfterAllTests(() => cluster.stop());
  return cluster;
}

/** Starts a server that keeps what is committed through a `kill -9`. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const cluster = await startCluster({});
  return { ...cluster, url: cluster.urlOf(TEMPLATE) };
}

async function startCluster(settings: Record<string, string>): Promise<Cluster> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pulse-test-postgres-'));
  const {
    spec,
    url: engineUrl,
    superuserUrl: url,
    dataDirectory,
  } = await preparePostgres({
    dataDirectory: folder,
    port: 0,
    settings: { shared_buffers: '64MB', ...settings },
  });
  const server = await startServer(spec);
  const urlOf = (database: string): string => Object.assign(new URL(url), { pathname: `/${database}` }).href;
  const engineUrlOf = (database: string): string =>
    Object.assign(new URL(engineUrl), { pathname: `/${database}` }).href;
  await run(urlOf('postgres'), `create database ${TEMPLATE}`);
  const knex = createDatabase(urlOf(TEMPLATE));
  await migrateToLatest(knex);
  await knex.destroy();
  return {
    ...server,
    url,
    urlOf,
    engineUrlOf,
    stop: async () => {
      await server.stop();
      await Promise.all([folder, dataDirectory].map((place) => rm(place, { recursive: true, force: true })));
    },
  };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

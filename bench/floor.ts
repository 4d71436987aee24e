import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Knex } from 'knex';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { withRawTransaction } from '../src/db/postgres/raw-connection';
import type { BenchEnvironment } from './environment';
import { median } from './median';

const run = promisify(execFile);
const REPETITIONS = 3;
const SCHEMA = 'bench';
const TABLE = `${SCHEMA}.floor`;

export interface Floor {
  /** Median of the repetitions. */
  readonly seconds: number;
  readonly by: 'psql' | 'pg-copy-streams';
}

/**
 * Moves whole tables between the server and local files, in COPY's text format: psql before 18 takes the line `\.` for
 * the end of a CSV file even inside of a quoted value.
 */
interface Copier {
  readonly by: Floor['by'];
  dump(table: string, file: string): Promise<void>;
  /** @returns seconds */
  load(file: string, table: string): Promise<number>;
}

/**
 * Measures the fastest plain load of the same rows: `\copy` of a file into a table with the mirror's columns, types and
 * primary key. The table is created anew for each repetition.
 * @param mirror the filled mirror table the rows are taken from
 */
export async function measureFloor(
  { knex, databaseUrl, superuserUrl, home, signal }: BenchEnvironment,
  mirror: string,
  report: (line: string) => void,
): Promise<Floor> {
  const copier = (await hasPsql()) ? psqlCopier(databaseUrl, signal) : streamCopier(knex, signal);
  const file = path.join(home, 'floor.copy');
  await copier.dump(mirror, file);
  await knex.raw(`create schema if not exists ${SCHEMA}`);
  const seconds: number[] = [];
  for (let repetition = 1; repetition <= REPETITIONS; repetition += 1) {
    await knex.raw(`drop table if exists ${TABLE}`);
    await knex.raw(`create table ${TABLE} (like ${mirror}, primary key (id)) with (autovacuum_enabled = false)`);
    // A checkpoint first, so that no repetition writes the dirty pages of the one before.
    await checkpoint(superuserUrl);
    const taken = await copier.load(file, TABLE);
    report(`  ${repetition} of ${REPETITIONS}: ${taken.toFixed(2)} s`);
    seconds.push(taken);
  }
  return { seconds: median(seconds), by: copier.by };
}

async function checkpoint(superuserUrl: string): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query('checkpoint').finally(() => client.end());
}

async function hasPsql(): Promise<boolean> {
  return run('psql', ['--version']).then(
    () => true,
    () => false,
  );
}

function psqlCopier(databaseUrl: string, signal: AbortSignal): Copier {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const env = {
    PATH: process.env['PATH'],
    LC_ALL: 'C',
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
  };
  const psql = async (...commands: string[]): Promise<string> => {
    const flags = ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1'];
    const { stdout } = await run('psql', [...flags, ...commands.flatMap((command) => ['--command', command])], {
      env,
      signal,
    });
    return stdout;
  };
  const quoted = (file: string): string => `'${file.replaceAll("'", "''")}'`;
  return {
    by: 'psql',
    dump: async (table, file) => void (await psql(`\\copy ${table} to ${quoted(file)}`)),
    load: async (file, table) => {
      const answer = await psql('\\timing on', `\\copy ${table} from ${quoted(file)}`);
      const milliseconds = /^Time: ([\d.]+) ms/m.exec(answer)?.[1];
      if (milliseconds === undefined) throw new Error(`psql does not tell the time: ${answer}`);
      return Number(milliseconds) / 1000;
    },
  };
}

function streamCopier(knex: Knex, signal: AbortSignal): Copier {
  return {
    by: 'pg-copy-streams',
    dump: (table, file) =>
      withRawTransaction(knex, async (client) => {
        await client.query('set local statement_timeout = 0');
        await pipeline(client.query(copyTo(`copy ${table} to stdout`)), createWriteStream(file), { signal });
      }),
    load: async (file, table) => {
      const started = performance.now();
      await withRawTransaction(knex, async (client) => {
        await client.query('set local statement_timeout = 0');
        const source = createReadStream(file, { highWaterMark: 1 << 20 });
        await pipeline(source, client.query(copyFrom(`copy ${table} from stdin`)), { signal });
      });
      return (performance.now() - started) / 1000;
    },
  };
}

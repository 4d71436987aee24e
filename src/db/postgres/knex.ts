import createKnex, { type Knex } from 'knex';
import pg from 'pg';
import { parseDatabaseUrl } from './database-url';

export interface DatabaseOptions {
  /** Most connections this process may hold. @default 12 */
  poolMax?: number;
  /** Shown in `pg_stat_activity`. @default 'pulse' */
  applicationName?: string;
  /** Time in milliseconds after which PostgreSQL cuts off a statement, or a transaction that nobody goes on with. @default a minute, and ten */
  limitMs?: number;
  /** Told of what fails outside of any call, such as an idle connection that breaks. @default a warning of the process */
  warn?: (message: string) => void;
}

/** A query of a request or an activity that takes longer is stuck; loads and migrations lift the limit themselves. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** A process that froze inside a transaction must not hold its locks for ever. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10 * 60_000;
const CONNECT_TIMEOUT_MS = 10_000;
const ACQUIRE_TIMEOUT_MS = 30_000;

/**
 * Parsers for values from PostgreSQL: `bigint` and `numeric` as strings (a Zoho id or an amount of money does not fit a
 * JavaScript number), `timestamptz` as `Date`, `date` as its own `YYYY-MM-DD` text, free of any time zone.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
    if (oid === Number(pg.types.builtins.DATE)) return (value) => value;
    const parse: unknown = pg.types.getTypeParser(oid, format);
    return parse as (value: string) => unknown;
  },
};

/**
 * Settings of every connection, whatever the database, the role or the server sets: results are parsed and texts are
 * written by them. They are statements because poolers such as PgBouncer refuse most parameters of a connection's
 * first message. Behind a pooler in transaction mode the first line holds everywhere, since PgBouncer keeps those for
 * each client; time limits may be missing from some of its connections.
 */
const sessionSettings = (statementMs: number, idleMs: number): string => `
  set datestyle to 'ISO, YMD'; set timezone to 'UTC'; set standard_conforming_strings to on;
  set intervalstyle to 'postgres'; set bytea_output to 'hex'; set extra_float_digits to 1;
  set search_path to pg_catalog, pg_temp; set default_transaction_isolation to 'read committed';
  set statement_timeout to ${statementMs};
  set idle_in_transaction_session_timeout to ${idleMs};
  do $$
  begin
    -- Chunks are staged in temporary tables: this much of one stays in memory.
    perform set_config('temp_buffers', '128MB', false);
  exception when invalid_parameter_value then
    -- A pooler's connection has used a temporary table already: what it has must do.
    null;
  end $$`;

/**
 * Opens a pool. Nothing connects until the first query.
 * @param url `postgres://user:password@host:port/database`
 * @throws UnreadableDatabaseUrl
 */
export function createDatabase(url: string, options: DatabaseOptions = {}): Knex {
  parseDatabaseUrl(url);
  const connection: pg.ClientConfig = {
    connectionString: url,
    application_name: options.applicationName ?? 'pulse',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types,
  };
  const { limitMs } = options;
  const settings = sessionSettings(limitMs ?? STATEMENT_TIMEOUT_MS, limitMs ?? IDLE_IN_TRANSACTION_TIMEOUT_MS);
  return createKnex({
    client: 'pg',
    connection: connection as Knex.PgConnectionConfig,
    pool: { min: 0, max: options.poolMax ?? 12, afterCreate: applying(settings) },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    // Otherwise messages hold the whole statement with its values.
    compileSqlOnError: false,
    log: { warn: (message: unknown) => warnUnlessThrown(String(message), options.warn) },
  });
}

/** Called by Knex with each new connection, before anybody uses it. */
function applying(settings: string) {
  return (client: pg.Client, done: (error: Error | null, client: pg.Client) => void): void => {
    client.query(settings).then(
      () => done(null, client),
      (error: Error) => done(error, client),
    );
  };
}

/** Knex prints why a connection failed, and throws it too; callers log it in their own form. */
function warnUnlessThrown(message: string, warn = (text: string) => process.emitWarning(text)): void {
  if (!message.startsWith('Acquire connection error')) warn(message);
}

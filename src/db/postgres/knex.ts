import createKnex, { type Knex } from 'knex';
import pg from 'pg';

export interface DatabaseOptions {
  /** Most connections this process may hold. @default 12 */
  poolMax?: number;
  /** Shown in `pg_stat_activity`. @default 'pulse' */
  applicationName?: string;
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
 * Opens a pool. Nothing connects until the first query.
 * @param url `postgres://user:password@host:port/database`
 */
export function createDatabase(url: string, options: DatabaseOptions = {}): Knex {
  const connection: pg.ClientConfig = {
    connectionString: url,
    application_name: options.applicationName ?? 'pulse',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    // Chunks are staged in temporary tables: this much of one stays in memory. It cannot be changed once used.
    options: '-c temp_buffers=128MB',
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    types,
  };
  return createKnex({
    client: 'pg',
    connection: connection as Knex.PgConnectionConfig,
    pool: { min: 0, max: options.poolMax ?? 12 },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    log: { warn: warnUnlessThrown },
  });
}

/** Knex prints why a connection failed, and throws it too; callers log it in their own form. */
function warnUnlessThrown(message: unknown): void {
  const text = String(message);
  if (!text.startsWith('Acquire connection error')) process.emitWarning(text);
}

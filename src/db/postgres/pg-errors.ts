import pg from 'pg';
import type { DatabaseErrorKind } from '../../domain/database-failures';

/** PostgreSQL's "Error Codes" appendix: single codes first, then whole classes (the first two characters). */
const KINDS_BY_CODE: Readonly<Record<string, DatabaseErrorKind>> = {
  '23505': 'unique_violation',
  '23503': 'foreign_key_violation',
  '23502': 'not_null_violation',
  '22P04': 'malformed_rows',
  '25006': 'read_only',
  '25P03': 'connection_lost',
  '25P04': 'statement_timeout',
  '28000': 'authentication_failed',
  '40P01': 'deadlock',
  '42501': 'permission_denied',
  '53300': 'too_many_connections',
  '55P03': 'lock_timeout',
  '57014': 'statement_timeout',
  '57P04': 'database_missing',
  XX001: 'data_corrupted',
  XX002: 'data_corrupted',
  '08': 'connection_lost',
  '0A': 'not_supported',
  '0L': 'permission_denied',
  '0P': 'permission_denied',
  '21': 'schema_mismatch',
  '22': 'invalid_value',
  '23': 'check_violation',
  '26': 'schema_mismatch',
  '28': 'authentication_failed',
  '2B': 'not_supported',
  '34': 'schema_mismatch',
  '38': 'raised',
  '39': 'raised',
  '3D': 'database_missing',
  '3F': 'schema_mismatch',
  '40': 'serialization_failure',
  '42': 'schema_mismatch',
  '44': 'check_violation',
  '53': 'out_of_resources',
  '54': 'limit_exceeded',
  '55': 'object_in_use',
  '57': 'connection_lost',
  '58': 'server_fault',
  '72': 'serialization_failure',
  F0: 'server_fault',
  HV: 'server_fault',
  P0: 'raised',
  XX: 'server_fault',
  // Slips of the engine's own statements and transactions.
  '01': 'unknown',
  '02': 'unknown',
  '03': 'unknown',
  '09': 'unknown',
  '0B': 'unknown',
  '0F': 'unknown',
  '0Z': 'unknown',
  '10': 'unknown',
  '20': 'unknown',
  '24': 'unknown',
  '25': 'unknown',
  '27': 'unknown',
  '2D': 'unknown',
  '2F': 'unknown',
  '3B': 'unknown',
};

/** Poolers refuse with PostgreSQL's code for internal errors, and with words of their own. */
const POOLER_REFUSAL = /max ?clients|pool(er)?\b|server conn(ection)? crashed|no more connections|query_wait_timeout/i;

/** Node's and the pool's ways to say that the server cannot be reached. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
]);
/** Codes that files have, too: they speak of the server only when its socket was to be opened. */
const SOCKET_CODES = new Set(['ENOENT', 'EACCES']);
const CONNECTION_MESSAGES =
  /connection terminated|is not queryable|timeout exceeded when trying to connect|acquiring a connection/i;

/** Kinds that say something about the moment: the same request may succeed a little later. */
const RETRYABLE: ReadonlySet<DatabaseErrorKind> = new Set([
  'serialization_failure',
  'deadlock',
  'lock_timeout',
  'statement_timeout',
  'connection_lost',
  'read_only',
  'too_many_connections',
  'out_of_resources',
  'object_in_use',
]);

/** A failure of PostgreSQL, in words that decide what happens next. The original error is the `cause`. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly retryable: boolean;
  readonly kind: DatabaseErrorKind;
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  /** Objects that PostgreSQL names where a statement cannot be done; never a value. */
  readonly objects: string | undefined;

  constructor(
    kind: DatabaseErrorKind,
    message: string,
    /** SQLSTATE, or Node's code of a network failure. */
    code: string | undefined,
    constraint: string | undefined,
    table: string | undefined,
    options: ErrorOptions & { objects?: string | undefined },
  ) {
    super(message, options);
    this.objects = options.objects;
    this.kind = kind;
    this.code = code;
    this.constraint = constraint;
    this.table = table;
    this.retryable = RETRYABLE.has(kind);
  }
}

/** Translates an error of pg, Knex or Objection; `undefined` when it did not come from the database. */
export function toDatabaseError(error: unknown): DatabaseError | undefined {
  if (error instanceof DatabaseError) return error;
  if (!(error instanceof Error)) return undefined;
  const native = 'nativeError' in error && error.nativeError instanceof Error ? error.nativeError : error;
  if (native instanceof pg.DatabaseError) {
    const { code = '', constraint, table } = native;
    const isPooler = code.startsWith('XX') && POOLER_REFUSAL.test(native.message);
    const kind = isPooler ? 'connection_lost' : kindOfCode(code);
    const objects = kind === 'not_supported' || kind === 'limit_exceeded' ? objectsOf(native) : undefined;
    return new DatabaseError(kind, native.message, code, constraint, table, { cause: error, objects });
  }
  const failures = native instanceof AggregateError ? (native.errors as unknown[]) : [native];
  const networkCode = failures.map(networkCodeOf).find((code) => code !== undefined);
  if (networkCode !== undefined || CONNECTION_MESSAGES.test(native.message)) {
    const message = 'PostgreSQL cannot be reached.';
    return new DatabaseError('connection_lost', message, networkCode, undefined, undefined, { cause: error });
  }
  return undefined;
}

/** Kind of a failure by its SQLSTATE: by the code itself, else by its class. */
export function kindOfCode(code: string): DatabaseErrorKind {
  return KINDS_BY_CODE[code] ?? KINDS_BY_CODE[code.slice(0, 2)] ?? 'unknown';
}

/** Names of tables and views, and sizes, in failures whose messages quote no values. */
function objectsOf({ message, detail }: pg.DatabaseError): string {
  return [message, detail].filter(Boolean).join('; ');
}

function networkCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const isConnecting = 'syscall' in error ? error.syscall === 'connect' : error.message.startsWith('connect ');
  if (NETWORK_CODES.has(error.code) || (SOCKET_CODES.has(error.code) && isConnecting)) return error.code;
  return undefined;
}

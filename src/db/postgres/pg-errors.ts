import pg from 'pg';

export type DatabaseErrorKind =
  | 'unique_violation'
  | 'foreign_key_violation'
  | 'check_violation'
  | 'not_null_violation'
  | 'invalid_value'
  | 'serialization_failure'
  | 'deadlock'
  | 'lock_timeout'
  | 'statement_timeout'
  | 'connection_lost'
  | 'too_many_connections'
  | 'out_of_resources'
  | 'permission_denied'
  | 'schema_mismatch'
  | 'unknown';

/** PostgreSQL's "Error Codes" appendix: single codes first, then whole classes (the first two characters). */
const KINDS_BY_CODE: Readonly<Record<string, DatabaseErrorKind>> = {
  '23505': 'unique_violation',
  '23503': 'foreign_key_violation',
  '23514': 'check_violation',
  '23502': 'not_null_violation',
  '40001': 'serialization_failure',
  '40P01': 'deadlock',
  '55P03': 'lock_timeout',
  '57014': 'statement_timeout',
  '25P03': 'connection_lost',
  '42501': 'permission_denied',
  '53300': 'too_many_connections',
  '22': 'invalid_value',
  '08': 'connection_lost',
  '57': 'connection_lost',
  '53': 'out_of_resources',
  '28': 'permission_denied',
  '42': 'schema_mismatch',
  '3F': 'schema_mismatch',
};

/** Node's and the pool's ways to say that the server cannot be reached. */
const NETWORK_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
const CONNECTION_MESSAGES = /connection terminated|timeout exceeded when trying to connect|acquiring a connection/i;

const RETRYABLE: ReadonlySet<DatabaseErrorKind> = new Set([
  'serialization_failure',
  'deadlock',
  'lock_timeout',
  'statement_timeout',
  'connection_lost',
  'too_many_connections',
  'out_of_resources',
]);

/** A failure of PostgreSQL, in words that decide what happens next. The original error is the `cause`. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly retryable: boolean;
  readonly kind: DatabaseErrorKind;
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;

  constructor(
    kind: DatabaseErrorKind,
    message: string,
    /** SQLSTATE, or Node's code of a network failure. */
    code: string | undefined,
    constraint: string | undefined,
    table: string | undefined,
    options: ErrorOptions,
  ) {
    super(message, options);
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
    const kind = KINDS_BY_CODE[code] ?? KINDS_BY_CODE[code.slice(0, 2)] ?? 'unknown';
    return new DatabaseError(kind, native.message, code, constraint, table, { cause: error });
  }
  const failures = native instanceof AggregateError ? (native.errors as unknown[]) : [native];
  const networkCode = failures.map(codeOf).find((code) => code !== undefined && NETWORK_CODES.has(code));
  if (networkCode !== undefined || CONNECTION_MESSAGES.test(native.message)) {
    const message = 'PostgreSQL cannot be reached.';
    return new DatabaseError('connection_lost', message, networkCode, undefined, undefined, { cause: error });
  }
  return undefined;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

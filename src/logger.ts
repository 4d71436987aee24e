import pino from 'pino';

/** Keys whose values are secrets, at any depth, whatever their case and spelling. */
const SECRET_KEY =
  /^(authorization|cookie|(access|refresh)?token|(client)?secret|(api|private|encryption)?key|password)$/i;
const CENSORED = '[secret]';
/** Depth to which an object is looked through; what lies deeper is left out. */
const DEEPEST = 6;
/** Facts of errors that name a kind or a place, and quote nothing. */
const ERROR_FACTS = [
  ...['code', 'kind', 'category', 'operation', 'httpStatus', 'retryable', 'syscall'],
  ...['schema', 'table', 'column', 'constraint', 'dataType', 'routine'],
] as const;

/** Classes of SQLSTATE whose messages quote names of objects and states of the server; statements carry no values. */
const NAMES_ONLY: ReadonlySet<string> = new Set(['08', '28', '3D', '3F', '42', '53', '55', '57', '58']);

export type Logger = pino.Logger;

/**
 * Creates a logger of JSON lines on stderr; stdout stays free for a command's output. Whatever is logged, no secret and
 * no value of a record gets into it: of errors of the database only code and place are kept, since their texts quote rows.
 */
export function createLogger(name: string, level: string, destination?: pino.DestinationStream): Logger {
  return pino(
    {
      name,
      level,
      formatters: { log: (fields: object) => safeFields(fields, 0) as Record<string, unknown> },
      hooks: {
        // An error alone would lend its message to the line.
        logMethod(args, log) {
          const [first, message = 'failed', ...rest] = args;
          log.apply(this, first instanceof Error ? [{ err: first }, message, ...rest] : args);
        },
      },
    },
    destination ?? pino.destination({ dest: 2, sync: false }),
  );
}

function safeFields(value: unknown, depth: number): unknown {
  if (value instanceof Error) return errorFields(value, depth);
  if (depth > DEEPEST) return undefined;
  if (Array.isArray(value)) return value.map((part) => safeFields(part, depth + 1));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      SECRET_KEY.test(key.replaceAll(/[-_]/g, '')) ? CENSORED : safeFields(part, depth + 1),
    ]),
  );
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function errorFields(error: Error, depth: number): object {
  const known = error as unknown as Record<string, unknown>;
  const facts = ERROR_FACTS.flatMap((fact) => (isFact(known[fact]) ? [[fact, known[fact]]] : []));
  const inner = innerErrors(error);
  return {
    type: error.name,
    ...(quotesValues(error) ? {} : { message: error.message }),
    ...(Object.fromEntries(facts) as object),
    stack: framesOf(error),
    ...(inner.length > 0 && depth < DEEPEST && { causes: inner.map((part) => errorFields(part, depth + 1)) }),
  };
}

function isFact(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Causes of an error, and the errors that it stands for. */
function innerErrors(error: Error): Error[] {
  const several: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error.cause, ...several].filter((inner) => inner instanceof Error);
}

/**
 * Whether the message may hold what was being written or read: PostgreSQL quotes values, a parser quotes the text that it
 * stumbled over, and what wraps their errors repeats their words.
 */
function quotesValues(error: Error): boolean {
  if (error instanceof SyntaxError || isOfDriver(error)) return true;
  return innerErrors(error).some(
    (inner) => quotesValues(inner) && (error.message.includes(inner.message) || inner.message.includes(error.message)),
  );
}

/** Errors of PostgreSQL, of its driver, and Objection's forms of them, unless their class speaks of names only. */
function isOfDriver(error: Error): boolean {
  const native = 'nativeError' in error ? error.nativeError : error;
  if (!(native instanceof Error) || !('severity' in native && 'routine' in native)) return false;
  return !('code' in native && NAMES_ONLY.has(String(native.code).slice(0, 2)));
}

/** Lines of the stack; its first ones repeat the message. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

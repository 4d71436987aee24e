import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);
const days = z.coerce.number().int().min(0).max(36_500);
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);

/**
 * Every environment variable the processes read, with its unit and default. Nothing else below src/ but the client
 * `pulse` reads them.
 */
const Environment = z.object({
  /** PostgreSQL 16 or newer. */
  DATABASE_URL: z.string().default('postgres://pulse:pulse@127.0.0.1:54329/pulse'),
  /**
   * Database connections that each process may hold. Without it as many as it needs: the API ten, a worker as follows
   * from what it does at a time (24); one that is smaller is refused.
   */
  PULSE_DATABASE_POOL: z.coerce.number().int().min(2).optional(),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Base URL of the Temporal UI; only used to build links. */
  TEMPORAL_UI_URL: z.string().default('http://127.0.0.1:8233'),
  PULSE_API_HOST: z.string().default('127.0.0.1'),
  PULSE_API_PORT: port.default(8600),
  /** Time in seconds that an idle connection to the API stays open: longer than a load balancer keeps it. */
  PULSE_API_KEEP_ALIVE_SECONDS: z.coerce.number().int().min(1).default(75),
  /** Connections to the API at a time; more are closed at once. */
  PULSE_API_MAX_CONNECTIONS: z.coerce.number().int().min(10).default(1_000),
  /** Requests without a valid API key that one address may send a minute; callers behind a gateway share its address. */
  PULSE_API_KEYLESS_PER_MINUTE: z.coerce.number().int().min(1).default(300),
  /** Base URL under which Zoho reaches this API to tell of changes and of the end of its jobs; both are asked for, too. */
  PULSE_PUBLIC_URL: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  /** False keeps Zoho from being asked to tell of changes, although it could reach this API. */
  PULSE_NOTIFICATIONS: z.stringbool().default(true),
  /**
   * Host names that may be called although their addresses are not public: of callback URLs in a private network, or
   * Zoho's own behind a gateway.
   */
  PULSE_PRIVATE_HOSTS: list.transform((hosts) => hosts.map((host) => host.toLowerCase())).default([]),
  /** Key ring for secrets at rest: `id:base64 of 32 bytes`, the first encrypts, all decrypt. */
  PULSE_ENCRYPTION_KEYS: list.default([]),
  /** Folder for files of records while they are loaded or sent; a folder of the worker's own in the temporary one when empty. */
  PULSE_SPOOL_DIR: z.string().default(''),
  /** Reaction to an answer that differs from the OpenAPI document: fail the request, log it, or nothing. */
  PULSE_VALIDATE_ANSWERS: z.enum(['throw', 'log', 'off']).default('log'),
  PULSE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Days after which records and values of ended writes, and closed quarantine rows, are forgotten; 0: never. */
  PULSE_KEEP_SENT_DAYS: days.default(30),
  /** Days after which the values of deleted rows, and the statuses of single records, are forgotten; 0: never. */
  PULSE_KEEP_DELETED_DAYS: days.default(90),
  /** Days after which log lines of sessions and operations are removed; 0: never. */
  PULSE_KEEP_LOG_DAYS: days.default(180),
  /** Days after which the history of records is removed, by whole months; 0: never. */
  PULSE_KEEP_HISTORY_DAYS: days.default(400),
  /** Days after a delete until its tombstone is removed; also of closed alerts; 0: never. */
  PULSE_KEEP_TOMBSTONES_DAYS: days.default(400),
  /**
   * Days after which sessions and operations are removed; completed syncs of changes earlier: after 180 days, and after 30
   * those that changed nothing; 0: never.
   */
  PULSE_KEEP_RUNS_DAYS: days.default(400),
  /** Days after which entries of the ledger, whose sums by day stay, and Zoho's jobs are removed; 0: never. */
  PULSE_KEEP_LEDGER_DAYS: days.default(90),
  /** Chunks that one worker loads at a time. */
  PULSE_LOAD_CONCURRENCY: z.coerce.number().int().min(1).default(2),
  /** Pieces of work with a handful of calls to Zoho that one worker does at a time. */
  PULSE_API_CONCURRENCY: z.coerce.number().int().min(1).default(16),
  /** Modules that one worker reads at a time by list pages, changes or deletes. */
  PULSE_SCAN_CONCURRENCY: z.coerce.number().int().min(1).default(4),
  /** Seconds for which a module is read before others have their turn. */
  PULSE_SCAN_LEG_SECONDS: z.coerce.number().int().min(1).default(60),
  /**
   * Address at which a worker serves Prometheus metrics (/metrics); without a port it does not. 0 takes any free port.
   */
  PULSE_WORKER_METRICS_HOST: z.string().default('127.0.0.1'),
  PULSE_WORKER_METRICS_PORT: port.optional(),
  ZOHO_CLIENT_ID: z.string().default(''),
  ZOHO_CLIENT_SECRET: z.string().default(''),
  /** As registered for the client; `/api/v1/oauth/callback` of this API at localhost when empty. */
  ZOHO_REDIRECT_URI: z.string().default(''),
  ZOHO_ACCESS_TOKEN: z.string().default(''),
  ZOHO_REFRESH_TOKEN: z.string().default(''),
  /** us, eu, in, au, jp, cn, ca, sa, uk. */
  ZOHO_DATA_CENTER: z.string().default('us'),
  /** Replaces the data center's accounts host; the simulator's address on a developer's machine. */
  ZOHO_ACCOUNTS_URL: z.string().default(''),
  /**
   * True lets ZOHO_ACCOUNTS_URL, the API of a connection and callback URLs be on this machine: for development with the
   * simulator.
   */
  ZOHO_ALLOW_LOOPBACK: z.stringbool().default(false),
  /** Give-up time of one Zoho call in milliseconds: headers, then each pause in the body. */
  ZOHO_TIMEOUT_MS: z.coerce.number().int().min(100).default(30_000),
  /** Wait in milliseconds before a refresh token that Zoho refused is tried again; the third refusal is believed. */
  ZOHO_CONFIRM_GRANT_MS: z.coerce.number().int().min(0).default(20_000),
});

export type Config = Readonly<z.infer<typeof Environment>>;

/**
 * Parses the environment once at start-up. A variable that is set to nothing, as compose files hand on what nobody set,
 * is not set.
 * @throws Error one sentence that names each wrong variable.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const isSet = ([, value]: [string, string | undefined]) => value !== undefined && value.trim() !== '';
  const parsed = Environment.safeParse(Object.fromEntries(Object.entries(environment).filter(isSet)));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new Error(`The environment is not usable: ${problems}`);
  }
  return Object.freeze(parsed.data);
}

/** Cache folder of the user, by the XDG rule, for downloads such as the Temporal server. */
export function userCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(environment['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'pipeline-pulse-sync');
}

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Knex } from 'knex';
import pino from 'pino';
import { createApp } from '../../../src/api/app';
import type { ApiDeps, ScheduleCommands } from '../../../src/api/http/deps';
import { PROBLEM_CONTENT_TYPE, ProblemDocument } from '../../../src/api/http/problem';
import { problemsOf } from '../../../src/api/openapi';
import { API_PREFIX } from '../../../src/api/paths';
import { ROUTES } from '../../../src/api/routes';
import { serveApp } from '../../../src/api/serve';
import { NotificationReceiver } from '../../../src/api/webhooks/notification-receiver';
import type { ConnectSettings } from '../../../src/connection/settings';
import { ZohoTransports } from '../../../src/connection/transports';
import { createApiKey } from '../../../src/db/access/api-keys';
import type { ApiRole } from '../../../src/db/models/api-key';
import { createLogger } from '../../../src/logger';
import type { ApprovalCommands } from '../../../src/temporal/runs/approval-commands';
import { TemporalUnavailable } from '../../../src/temporal/runs/command-errors';
import type { OperationCommands } from '../../../src/temporal/runs/operation-commands';
import { type SyncCommands } from '../../../src/temporal/runs/sync-commands';
import { accountsUrlOf } from '../../../src/zoho/http/data-centers';
import { KEY_RING, useDatabase, type DatabaseFixture } from '../../db/support';

export interface Answer {
  status: number;
  headers: Headers;
  /** The parsed JSON, or the text of another content type. */
  body: unknown;
}

export interface Call {
  /** @default 'operator'; `null`: without a key */
  as?: ApiRole | null;
  headers?: Record<string, string>;
  json?: unknown;
  /** Sent as it is instead of `json`. */
  raw?: string;
}

export interface ApiFixture extends DatabaseFixture {
  /** Calls the API over HTTP and checks the answer against what the route declares. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  readonly baseUrl: string;
  readonly logLines: readonly string[];
  readonly keys: Readonly<Record<ApiRole, string>>;
  /** The actor that sessions and the audit log name for a key. */
  actor(role: ApiRole): string;
}

/** Temporal that cannot be reached; a test replaces what it needs. */
export const NO_TEMPORAL: SyncCommands = {
  startFullSync: () => assert.fail('Temporal was asked to start a sync.'),
  startIncrementalSync: () => assert.fail('Temporal was asked to start a sync.'),
  startVerification: () => assert.fail('Temporal was asked to start a verification.'),
  startNightly: () => assert.fail('Temporal was asked to start a night.'),
  startRefresh: () => assert.fail('Temporal was asked to read records.'),
  update: () => assert.fail('Temporal was asked to update a sync.'),
  cancel: () => assert.fail('Temporal was asked to cancel a sync.'),
  describe: () => assert.fail('Temporal was asked to describe a sync.'),
  ping: () => assert.fail('Temporal was pinged.'),
};

/** Temporal that has no schedules and does not answer. */
export const NO_SCHEDULES: ScheduleCommands = {
  find: () => Promise.reject(new TemporalUnavailable('Temporal did not answer.')),
  pause: () => Promise.reject(new TemporalUnavailable('Temporal did not answer.')),
  resume: () => Promise.reject(new TemporalUnavailable('Temporal did not answer.')),
  trigger: () => Promise.reject(new TemporalUnavailable('Temporal did not answer.')),
};

/** Temporal that reads no notifications: they stay in the inbox. */
export const NO_INGESTION = { wake: async () => undefined };

/** Temporal that cannot be reached: what was approved waits. */
export const NO_APPROVALS: ApprovalCommands = {
  apply: () => Promise.reject(new TemporalUnavailable('Temporal did not answer.')),
};

/** Temporal that starts no bulk operation. */
export const NO_OPERATIONS: OperationCommands = {
  start: () => assert.fail('Temporal was asked to start an operation.'),
  jobFinished: () => assert.fail('Temporal was told of a job.'),
};

/**
 * The real API on a free port, in front of a database of its own.
 * @param accountsUrl the simulator that stands for every data center
 */
export function useApi(
  commands: () => SyncCommands,
  accountsUrl?: () => string,
  operations: () => OperationCommands = () => NO_OPERATIONS,
  schedules: () => ScheduleCommands = () => NO_SCHEDULES,
  database: DatabaseFixture = useDatabase(),
): ApiFixture {
  const logLines: string[] = [];
  let running: RunningApi | undefined;
  before(async () => {
    running = await startApi(
      database.knex,
      {
        commands: forwarding(commands),
        operations: {
          start: (...args) => operations().start(...args),
          jobFinished: (...args) => operations().jobFinished(...args),
        },
        schedules: {
          find: (...args) => schedules().find(...args),
          pause: (...args) => schedules().pause(...args),
          resume: (...args) => schedules().resume(...args),
          trigger: (...args) => schedules().trigger(...args),
        },
        logger: createLogger('test', 'debug', { write: (line: string) => void logLines.push(line) }),
      },
      accountsUrl,
    );
  });
  after(() => running?.close());
  const started = () => running ?? assert.fail('The API runs only while tests run.');

  return {
    get knex() {
      return database.knex;
    },
    get url() {
      return database.url;
    },
    get baseUrl() {
      return started().baseUrl;
    },
    get keys() {
      return started().keys;
    },
    actor: (role) => `api-key:${role}#${started().keys[role].split('_')[1]}`,
    logLines,
    call: (method, path, call) => callApi(started(), method, path, call),
  };
}

interface RunningApi {
  baseUrl: string;
  keys: Record<ApiRole, string>;
  close(): Promise<void>;
}

async function startApi(
  knex: Knex,
  parts: Pick<ApiDeps, 'commands' | 'operations' | 'schedules' | 'logger'>,
  accountsUrl: (() => string) | undefined,
): Promise<RunningApi> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connect = connectSettings(knex, baseUrl, accountsUrl);
  const app = createApp({
    ...parts,
    knex,
    approvals: NO_APPROVALS,
    notifications: new NotificationReceiver({ knex, logger: parts.logger, ingestion: NO_INGESTION }),
    connect,
    temporalUi: { url: 'http://127.0.0.1:8233', namespace: 'default' },
    validateAnswers: 'throw',
    readinessMaxAgeMs: 0,
    version: '0.0.0',
  });
  serveApp(server, app);
  const key = async (role: ApiRole): Promise<string> => (await createApiKey(knex, { name: role, role })).secret;
  return {
    baseUrl,
    keys: { viewer: await key('viewer'), operator: await key('operator'), admin: await key('admin') },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await connect.organizations.zoho.close();
    },
  };
}

async function callApi(
  { baseUrl, keys }: RunningApi,
  method: string,
  path: string,
  { as = 'operator', headers = {}, json, raw }: Call = {},
): Promise<Answer> {
  const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(as && { authorization: `Bearer ${keys[as]}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  const answer = {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as unknown) : text,
  };
  assertDeclared(method, path, answer);
  return answer;
}

/** @param accountsUrl the simulator that stands for every data center */
export function connectSettings(knex: Knex, baseUrl: string, accountsUrl?: () => string): ConnectSettings {
  const shared = { knex, keyRing: () => KEY_RING, timeoutMs: 5_000, allowLoopback: true };
  const zoho = new ZohoTransports({ ...shared, cacheTokens: false });
  return {
    ...shared,
    organizations: { knex, zoho, logger: pino({ level: 'silent' }) },
    redirectUri: `${baseUrl}${API_PREFIX}/oauth/callback`,
    accountsUrlOf: (dataCenter) => accountsUrl?.() ?? accountsUrlOf(dataCenter),
  };
}

/** So that each test may put its own commands in place after the API has started. */
function forwarding(commands: () => SyncCommands): SyncCommands {
  return {
    startFullSync: (...args) => commands().startFullSync(...args),
    startIncrementalSync: (...args) => commands().startIncrementalSync(...args),
    startVerification: (...args) => commands().startVerification(...args),
    startNightly: (...args) => commands().startNightly(...args),
    startRefresh: (...args) => commands().startRefresh(...args),
    update: (...args) => commands().update(...args),
    cancel: (...args) => commands().cancel(...args),
    describe: (...args) => commands().describe(...args),
    ping: async () => commands().ping(),
  };
}

/** Fails unless the answer is one that the route's contract names, with a body of the declared shape. */
function assertDeclared(method: string, path: string, { status, headers, body }: Answer): void {
  const isProblem = headers.get('content-type')?.startsWith(PROBLEM_CONTENT_TYPE) ?? false;
  if (isProblem) assert.equal(ProblemDocument.parse(body).status, status);
  const pathname = path.split('?')[0] ?? '';
  const route = ROUTES.find(
    (candidate) => candidate.method === method.toLowerCase() && patternOf(candidate.path).test(pathname),
  );
  if (!route) {
    assert.ok(isProblem, `${method} ${path} is not declared, yet it answered ${status}.`);
    return;
  }
  if (isProblem) {
    const { code } = ProblemDocument.parse(body);
    assert.ok(problemsOf(route).get(status)?.includes(code), `${route.operationId} does not declare ${code}.`);
    return;
  }
  const declared = route.answers[status];
  assert.ok(declared, `${route.operationId} does not declare the status ${status}.`);
  declared.schema.parse(body);
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${API_PREFIX}${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

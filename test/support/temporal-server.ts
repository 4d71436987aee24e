import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { freePort } from '../../dev/processes/ports';
import { resolveTemporalServer } from '../../dev/temporal/resolve-server';
import { temporalServer } from '../../dev/temporal/server-process';
import type { TemporalClient } from '../../src/temporal/client';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes';
import { poll } from './poll';
import { startServer, type ServerProcess } from './server-process';
import { stopAfterAllTests } from './shared';

/** A Temporal server with our search attributes. Unless it is in memory, what it accepted survives a `kill -9`. */
export interface TemporalServer extends ServerProcess {
  /** `host:port` */
  address: string;
  /** `kill -9`, and forgets everything; it comes back empty when it is started again. */
  wipe(): Promise<void>;
}

export const DEFAULT_NAMESPACE = 'default';
/** No flushes to disk: what a process has written outlives its `kill -9` all the same, and no test ends the machine. */
const TO_FILE = ['--sqlite-pragma', 'synchronous=off', '--headless'];
/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;
const RETENTION_SECONDS = 24 * 3600;

let shared: Promise<TemporalServer> | undefined;

/** The server of this mocha process, in memory, which takes a third less of the processor: no suite kills it. */
export async function sharedTemporal(): Promise<TemporalServer> {
  shared ??= startTemporalServer({ inMemory: true }).then((server) => {
    stopAfterAllTests(() => server.stop());
    return server;
  });
  return shared;
}

/** Starts a server of its own, with its state in a file, for a suite that kills it. */
export async function startTemporalServer({ inMemory = false } = {}): Promise<TemporalServer> {
  const home = await mkdtemp(path.join(tmpdir(), 'pulse-test-temporal-'));
  const [cli, port, uiPort] = await Promise.all([resolveTemporalServer(), freePort(), freePort()]);
  const spec = temporalServer({ cli, home, port, uiPort, namespace: DEFAULT_NAMESPACE });
  const server = await startServer({ ...spec, args: inMemory ? inMemoryOf(spec.args) : [...spec.args, ...TO_FILE] });
  return {
    ...server,
    address: `127.0.0.1:${port}`,
    wipe: async () => {
      await server.kill();
      const files = await readdir(home);
      await Promise.all(
        files.filter((name) => name.startsWith('temporal.db')).map((name) => rm(path.join(home, name))),
      );
    },
    stop: async () => {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function inMemoryOf(args: readonly string[]): string[] {
  const [file, name] = [args.indexOf('--db-filename'), args.indexOf('--db-filename') + 1];
  return [...args.filter((_, place) => place !== file && place !== name), '--headless'];
}

/** A namespace that nobody else uses, so that no worker takes another suite's tasks. */
export async function createNamespace(address: string): Promise<string> {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS as never },
    });
    const searchAttributes = Object.fromEntries(SEARCH_ATTRIBUTES.map(({ name }) => [name, KEYWORD]));
    await poll(
      () =>
        connection.operatorService.addSearchAttributes({ namespace, searchAttributes }).then(
          () => true,
          () => false,
        ),
      { what: `namespace ${namespace} takes search attributes`, timeoutMs: 20_000 },
    );
  } finally {
    await connection.close();
  }
  return namespace;
}

/** A client of that server and no other, whatever Temporal's own environment variables say. */
export function temporalClient(address: string, namespace: string): TemporalClient {
  const connection = Connection.lazy({ address });
  return { client: new Client({ connection, namespace }), connection, namespace };
}

let quiet = false;

/** Keeps the SDK's chatter out of the test report. The SDK allows it once a process. */
export function quietTemporalSdk(): void {
  if (quiet) return;
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });
  quiet = true;
}

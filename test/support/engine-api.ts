import { freePort } from '../../dev/processes/ports';
import { loadConfig } from '../../src/config';
import { createApiKey } from '../../src/db/access/api-keys';
import { createLogger } from '../../src/logger';
import { startApi } from '../../src/runtime/start-api';
import { ENCRYPTION_KEY } from './encryption-key';
import { startEngine, type Engine, type EngineOptions } from './engine';
import { sharedTemporal } from './temporal-server';

/** An engine with its control API, which Zoho can reach too. */
export interface EngineApi {
  readonly engine: Engine;
  /** Calls the API as an operator; fails on a status of 400 or more unless `expect` names it. */
  call<T>(method: 'GET' | 'POST', path: string, body?: object | string, expect?: number): Promise<T>;
  readonly url: string;
  /** The operator's API key. */
  readonly key: string;
  /** Stops the API, then the engine. */
  stop(): Promise<void>;
}

/** Starts an engine and its API. @param environment more variables of the API's environment */
export async function startEngineApi(
  options: EngineOptions,
  environment: Readonly<Record<string, string>>,
): Promise<EngineApi> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const engine = await startEngine({
    ...options,
    worker: { PULSE_NOTIFICATIONS: 'false', ...options.worker, PULSE_PUBLIC_URL: url },
  });
  const config = loadConfig({
    DATABASE_URL: engine.databaseUrl,
    PULSE_VALIDATE_ANSWERS: 'throw',
    TEMPORAL_ADDRESS: (await sharedTemporal()).address,
    TEMPORAL_NAMESPACE: engine.temporal.namespace,
    PULSE_ENCRYPTION_KEYS: ENCRYPTION_KEY,
    PULSE_API_PORT: String(port),
    ZOHO_ALLOW_LOOPBACK: 'true',
    ...environment,
  });
  const server = await startApi(config, createLogger('test', 'silent'));
  const { secret } = await createApiKey(engine.knex, { name: 'tester', role: 'operator' });
  const stop = async (): Promise<void> => {
    await server.close();
    await engine.stop();
  };
  return { engine, url, key: secret, call: caller(`${url}/api/v1`, secret), stop };
}

function caller(base: string, key: string): EngineApi['call'] {
  return async <T>(method: string, path: string, body?: object | string, expect?: number): Promise<T> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (expect === undefined ? response.status >= 400 : response.status !== expect) {
      throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    }
    return JSON.parse(text) as T;
  };
}

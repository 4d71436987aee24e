import { startEngine, type Engine, type EngineOptions } from './engine';
import { startEngineApi, type EngineApi } from './engine-api';
import { stopAfterAllTests } from './shared';

const STARTING_MS = 90_000;

let shared: Promise<EngineApi> | undefined;

/** The engine of this mocha process, with its API. Its start costs more than most tests, and a worker that runs is fast. */
function sharedEngine(): Promise<EngineApi> {
  shared ??= startEngineApi({}, {}).then((api) => {
    stopAfterAllTests(() => api.stop());
    return api;
  });
  return shared;
}

/**
 * An engine for the suite that calls it. Each test connects orgs of its own to it. Suites without options share one: what
 * they look for are the rows of their orgs, and a worker that they kill they start again.
 */
export function useEngine(options: EngineOptions = {}): () => Engine {
  if (Object.keys(options).length === 0) {
    const api = useEngineApi();
    return () => api().engine;
  }
  return use(
    () => startEngine(options),
    (engine) => engine.stop(),
  );
}

/**
 * An engine and its API for the suite that calls it; the shared one without options.
 * @param environment more variables of the API's environment
 */
export function useEngineApi(
  options: EngineOptions = {},
  environment?: () => Readonly<Record<string, string>>,
): () => EngineApi {
  if (Object.keys(options).length === 0 && environment === undefined) {
    return use(sharedEngine, ({ engine }) => engine.closeOrgs());
  }
  return use(
    () => startEngineApi(options, environment?.() ?? {}),
    (api) => api.stop(),
  );
}

function use<T>(start: () => Promise<T>, end: (resource: T) => Promise<void>): () => T {
  let used: T | undefined;
  before(async function () {
    this.timeout(STARTING_MS);
    used = await start();
  });
  after(async function () {
    this.timeout(STARTING_MS);
    if (used !== undefined) await end(used);
    used = undefined;
  });
  return () => {
    if (used === undefined) throw new Error('The engine runs only while tests run.');
    return used;
  };
}

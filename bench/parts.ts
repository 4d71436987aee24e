import path from 'node:path';
import { bareEnvironment, type ProcessSpec } from '../dev/processes/managed-process';
import { projectRoot } from '../dev/project-root';
import { isWorkerPolling, temporalServer } from '../dev/temporal/server-process';
import { API_PREFIX } from '../src/api/paths';
import type { ZohoProfile } from './options';

export const NAMESPACE = 'default';
const PROBE_TIMEOUT_MS = 2_000;

/** Temporal's development server without its UI. */
export function temporal(home: string, cli: string, port: number): ProcessSpec {
  const spec = temporalServer({ cli, home, port, uiPort: port, namespace: NAMESPACE });
  return { ...spec, args: [...spec.args, '--headless'] };
}

/** The simulated Zoho, with this many Deals. */
export function zoho(home: string, port: number, deals: number, profile: ZohoProfile): ProcessSpec {
  return {
    ...ownProcess('Simulator', 'simulator/main', home),
    args: [...program('simulator/main'), '--port', `${port}`, '--deals', `${deals}`, '--profile', profile],
    env: bareEnvironment(),
    isReady: async () => {
      await (await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })).arrayBuffer();
      return true;
    },
  };
}

/** Specification of the worker as it runs in production. */
export function worker(home: string, env: NodeJS.ProcessEnv, temporalAddress: string): ProcessSpec {
  let startedAt = new Date();
  return {
    ...ownProcess('Worker', 'src/bin/worker', home),
    env: { ...bareEnvironment(), ...env },
    isReady: () => isWorkerPolling(temporalAddress, NAMESPACE, startedAt),
    beforeStart: async () => {
      startedAt = new Date();
    },
  };
}

/** Specification of the control API, which takes what Zoho tells, as it runs in production. */
export function api(home: string, env: NodeJS.ProcessEnv, port: number): ProcessSpec {
  return {
    ...ownProcess('API', 'src/bin/api', home),
    env: { ...bareEnvironment(), ...env, PULSE_API_PORT: `${port}` },
    isReady: async () => {
      const url = `http://127.0.0.1:${port}${API_PREFIX}/ready`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
      await answer.arrayBuffer();
      return answer.ok;
    },
  };
}

function ownProcess(name: string, entry: string, home: string): Omit<ProcessSpec, 'env' | 'isReady'> {
  return {
    name,
    command: process.execPath,
    args: program(entry),
    cwd: projectRoot(),
    logFile: path.join(home, 'logs', `${name.toLowerCase()}.log`),
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 30_000,
  };
}

/** Node's arguments for one of our programs: compiled when this code is, from source otherwise. */
function program(entry: string): string[] {
  const isCompiled = __filename.endsWith('.js');
  const base = path.join(__dirname, '..', entry);
  return isCompiled ? ['--enable-source-maps', `${base}.js`] : ['--import=tsx', `${base}.ts`];
}

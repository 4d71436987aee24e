import path from 'node:path';
import { API_PREFIX } from '../src/api/paths';
import { bareEnvironment, type ProcessSpec } from './processes/managed-process';
import { projectRoot } from './project-root';
import { isWorkerPolling } from './temporal/server-process';

/** Specification of a process that runs one of the compiled entries. */
function nodeProcess(
  name: string,
  entry: string,
  options: Pick<ProcessSpec, 'env' | 'isReady'> & { home: string; args?: readonly string[] },
): ProcessSpec {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', path.join(projectRoot(), 'dist', entry), ...(options.args ?? [])],
    env: options.env,
    logFile: path.join(options.home, 'logs', `${name.toLowerCase()}.log`),
    isReady: options.isReady,
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 60_000,
  };
}

export interface SimulatorOptions {
  readonly home: string;
  readonly port: number;
  readonly deals: number;
}

/** The simulated Zoho CRM, with a year of a mid-sized company's deals. */
export function simulator({ home, port, deals }: SimulatorOptions): ProcessSpec {
  return nodeProcess('Simulator', 'simulator/main.js', {
    home,
    args: ['--port', String(port), '--deals', String(deals)],
    env: bareEnvironment(),
    isReady: () => answers(`http://127.0.0.1:${port}/`),
  });
}

export interface EngineOptions {
  readonly home: string;
  /** Environment of the process, with its secrets: on a command line every user could read them. */
  readonly env: NodeJS.ProcessEnv;
}

export function worker({ home, env }: EngineOptions, temporal: { address: string; namespace: string }): ProcessSpec {
  let startedAt = new Date();
  return {
    ...nodeProcess('Worker', 'src/bin/worker.js', {
      home,
      env,
      isReady: () => isWorkerPolling(temporal.address, temporal.namespace, startedAt),
    }),
    beforeStart: async () => {
      startedAt = new Date();
    },
  };
}

export function controlApi({ home, env }: EngineOptions, url: string): ProcessSpec {
  return nodeProcess('API', 'src/bin/api.js', { home, env, isReady: () => answers(`${url}${API_PREFIX}/ready`, true) });
}

async function answers(url: string, mustBeOk = false): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.ok || !mustBeOk;
}

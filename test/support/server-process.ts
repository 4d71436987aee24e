import { startProcess, type ManagedProcess, type ProcessSpec } from '../../dev/processes/managed-process';
import { killWithThisProcess } from './shared';

/** A server that a test may kill and start again with the data it had. */
export interface ServerProcess {
  stop(): Promise<void>;
  /** `kill -9`; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again at the same address. */
  restart(): Promise<void>;
}

/** Starts the process and waits until it is ready. */
export async function startServer(spec: ProcessSpec): Promise<ServerProcess> {
  let running: ManagedProcess | undefined;
  let forget: () => void = () => undefined;
  const start = async (): Promise<void> => {
    running = await startProcess(spec, { onSpawn: ({ pid }) => (forget = killWithThisProcess(pid)) });
  };
  const ended = async (end: (process: ManagedProcess) => Promise<unknown>): Promise<void> => {
    if (!running) return;
    await end(running);
    running = undefined;
    forget();
  };
  await start();
  return {
    stop: () => ended((server) => server.stop()),
    kill: () =>
      ended((server) => {
        process.kill(server.identity.pid, 'SIGKILL');
        return server.ended;
      }),
    restart: start,
  };
}

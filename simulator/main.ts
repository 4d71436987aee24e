import { readOptions } from './command-line';
import { startSimulator } from './index';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const simulator = await startSimulator(options);
  simulator.control.simulation.bulkRead.warmUp();
  process.stdout.write(`${JSON.stringify({ event: 'listening', url: simulator.url, pid: process.pid })}\n`);
  const stop = (): void => {
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `simulator: ${busy ? `the port is in use (${message}); choose another with --port` : message}\n`,
  );
  process.exit(1);
});

import { spawn } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { TEMPORAL_VERSION } from './release';

const MODULE = 'github.com/temporalio/cli';
const PROGRESS_EVERY_MS = 20_000;
const STDERR_KEPT = 4_000;

/**
 * Builds the Temporal CLI from source with the installed Go, which takes minutes, once per user.
 * @param target where the program goes, by an atomic rename; the caller holds its lock.
 * @throws Error the last line of Go's output, or that there is no Go.
 */
export async function buildTemporalServer(target: string, report: (line: string) => void): Promise<void> {
  const folder = path.join(path.dirname(target), 'build');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const startedAt = Date.now();
  const progress = setInterval(() => {
    report(`  still building the Temporal server, ${Math.round((Date.now() - startedAt) / 1000)} s so far`);
  }, PROGRESS_EVERY_MS);
  try {
    report(`Building the Temporal server ${TEMPORAL_VERSION} with Go: some minutes, once on this machine`);
    await goInstall(folder);
    await rename(path.join(folder, 'temporal'), target);
  } finally {
    clearInterval(progress);
    await rm(folder, { recursive: true, force: true });
  }
}

async function goInstall(folder: string): Promise<void> {
  const linkerFlags = `-s -w -X ${MODULE}/temporalcli.Version=${TEMPORAL_VERSION}`;
  const go = spawn('go', ['install', `-ldflags=${linkerFlags}`, `${MODULE}/cmd/temporal@v${TEMPORAL_VERSION}`], {
    cwd: folder,
    env: { ...process.env, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const endWithUs = () => go.kill();
  process.once('exit', endWithUs);
  let output = '';
  go.stderr.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-STDERR_KEPT)));
  await new Promise<void>((resolve, reject) => {
    go.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error('there is no `go` on PATH') : error);
    });
    go.once('close', (code) => {
      process.off('exit', endWithUs);
      if (code === 0) resolve();
      else reject(new Error(output.trim().split('\n').at(-1) || `exit code ${code}`));
    });
  });
}

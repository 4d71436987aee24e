import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 20_000;

/** Starts a local test environment: the only call of the SDK that downloads the CLI. */
const DOWNLOAD = `
const { TestWorkflowEnvironment } = require('@temporalio/testing');
const executable = { type: 'cached-download', version: process.argv[1], downloadDir: process.argv[2] };
TestWorkflowEnvironment.createLocal({ server: { executable } }).then(
  (environment) => environment.teardown(),
  (error) => { console.error(error.message); process.exit(1); },
).then(() => process.exit(0));
`;

/**
 * Downloads the CLI with the Temporal SDK, in a process of its own: the download cannot be cancelled, and behind some
 * firewalls it hangs instead of failing.
 * @param target where the program goes, by an atomic rename; the caller holds its lock.
 * @throws Error when it is not there after 20 s.
 */
export async function downloadTemporalServer(
  version: string,
  target: string,
  report: (line: string) => void,
): Promise<void> {
  report(`Downloading the Temporal server ${version} (at most ${TIMEOUT_MS / 1000} s)`);
  const folder = path.join(path.dirname(target), 'download');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    await run(process.execPath, ['-e', DOWNLOAD, `v${version}`, folder], {
      cwd: __dirname,
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const [program] = await readdir(folder);
    if (program === undefined) throw new Error('it brought no program');
    await rename(path.join(folder, program), target);
  } catch (error) {
    throw new Error(shortReason(error), { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function shortReason(error: unknown): string {
  const { killed, stderr, message } = error as { killed?: boolean; stderr?: string; message: string };
  if (killed === true) return `no answer within ${TIMEOUT_MS / 1000} s`;
  return (stderr?.trim().split('\n').at(-1) || message).slice(0, 300);
}

import { execFile } from 'node:child_process';
import { access, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from '../../dev/processes/file-lock.cjs';
import { userCacheDirectory } from '../../src/config';

const run = promisify(execFile);

const VERSION = '4.32.5';
const INSTALL_MS = 240_000;
const MAX_OUTPUT = 32 * 1024 * 1024;

/**
 * Path of Schemathesis, which asks an API what its OpenAPI document says: from the user's cache, where it is installed
 * from PyPI into an environment of its own at the first use.
 * @throws Error one line on why there is none: Python or PyPI is missing
 */
export async function resolveSchemathesis(): Promise<string> {
  const home = path.join(userCacheDirectory(), 'schemathesis', VERSION);
  const program = path.join(home, 'bin', 'schemathesis');
  const isThere = () =>
    access(path.join(home, 'complete')).then(
      () => true,
      () => false,
    );
  if (await isThere()) return program;
  await withFileLock(`${home}.lock`, async () => {
    if (!(await isThere())) await install(home);
  });
  return program;
}

async function install(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true });
  const options = { timeout: INSTALL_MS, maxBuffer: MAX_OUTPUT };
  try {
    await run('python3', ['-m', 'venv', home], options);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${VERSION}`];
    await run(path.join(home, 'bin', 'python'), pip, options);
    await writeFile(path.join(home, 'complete'), '');
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(`Schemathesis cannot be installed: ${(stderr.trim() || message).split('\n').at(-1)}`, {
      cause: error,
    });
  }
}

/** Result of a run. */
interface SchemathesisRun {
  /** False if an answer broke the contract. */
  passed: boolean;
  output: string;
}

/**
 * Asks an API for everything that its OpenAPI document describes.
 * @param args of the program
 * @param cwd folder for what it leaves behind
 * @throws Error when it could not be run
 */
export async function runSchemathesis(program: string, args: readonly string[], cwd: string): Promise<SchemathesisRun> {
  try {
    const { stdout, stderr } = await run(program, [...args], { cwd, maxBuffer: MAX_OUTPUT });
    return { passed: true, output: stdout + stderr };
  } catch (error) {
    const { stdout = '', stderr = '', code } = error as { stdout?: string; stderr?: string; code?: unknown };
    if (code !== 1) throw error;
    return { passed: false, output: stdout + stderr };
  }
}

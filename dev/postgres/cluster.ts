import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { endProcess } from '../processes/end-process';
import { identifyProcess } from '../processes/process-identity.cjs';
import { readSecret } from '../secret-file';
import type { PostgresBinaries } from './binaries';
import type { SystemUser } from './system-user';

const run = promisify(execFile);

/** Superuser of the embedded server, who prepares it for the engine. */
export const POSTGRES_USER = 'pulse';
const PASSWORD_FILE = 'pulse.password';
const LEFTOVER_GRACE_MS = 20_000;

/**
 * Creates the data directory the first time, beside its place and then renamed, so that no half-made one is used.
 * Its password lies inside it, readable by its owner only.
 * @returns the password of the superuser `pulse`.
 * @throws Error when the directory was made by another major version, or holds something else.
 */
export async function ensureCluster(
  dataDirectory: string,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<string> {
  const major = binaries.version.split('.')[0];
  const madeBy = await readSecret(path.join(dataDirectory, 'PG_VERSION'));
  if (madeBy === undefined) await makeCluster(dataDirectory, binaries, user);
  else if (madeBy !== major) {
    throw new Error(
      `${dataDirectory} was made by PostgreSQL ${madeBy} and this is ${major}: dump it, then move it away.`,
    );
  }
  const password = await readSecret(path.join(dataDirectory, PASSWORD_FILE));
  if (password === undefined)
    throw new Error(`${dataDirectory} has no ${PASSWORD_FILE}: it was not made by this project.`);
  return password;
}

async function makeCluster(
  dataDirectory: string,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<void> {
  const draft = `${dataDirectory}.new`;
  const secrets = await mkdtemp(path.join(tmpdir(), 'pulse-initdb-'));
  const passwordFile = path.join(secrets, 'password');
  const password = randomBytes(24).toString('base64url');
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true, mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user !== undefined) {
      for (const file of [draft, secrets, passwordFile]) await chown(file, user.uid, user.gid);
    }
    await run(
      binaries.initdb,
      [
        `--pgdata=${draft}`,
        `--username=${POSTGRES_USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-instructions',
      ],
      { ...user, cwd: '/' },
    );
    await writeFile(path.join(draft, PASSWORD_FILE), `${password}\n`, { mode: 0o600 });
    await rename(draft, dataDirectory);
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
  await chmod(dataDirectory, 0o700);
}

/**
 * Ends a postmaster that a killed run left on this data directory, and removes a pid file whose process is gone:
 * PostgreSQL itself takes any living process with that pid for its predecessor.
 */
export async function endLeftoverPostmaster(dataDirectory: string): Promise<void> {
  const pidFile = path.join(dataDirectory, 'postmaster.pid');
  const pid = Number((await readSecret(pidFile))?.split('\n')[0]);
  if (!Number.isInteger(pid)) return;
  const holder = identifyProcess(pid);
  if (holder !== undefined && (await commandLine(pid)).includes(dataDirectory)) {
    await endProcess(holder, 'SIGINT', LEFTOVER_GRACE_MS);
  }
  await rm(pidFile, { force: true });
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return (await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))).stdout;
}

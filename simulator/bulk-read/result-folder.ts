import { readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PREFIX = 'zoho-simulator-';

/** Makes a folder for result files, named after this process, and removes those of processes that were killed. */
export async function makeResultFolder(parent = tmpdir()): Promise<string> {
  const space = processSpace();
  if (space === undefined) return mkdtemp(path.join(parent, PREFIX));
  const prefix = `${PREFIX}${space}-`;
  await removeLeftovers(parent, prefix);
  return mkdtemp(path.join(parent, `${prefix}${process.pid}-`));
}

/**
 * Where process ids mean what they mean here: the boot of the machine and the namespace of the container. Folders of
 * another container may share the disk while their processes cannot be seen. Undefined where the system does not tell;
 * nothing is removed then.
 */
function processSpace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    return namespace && /^[\da-f-]{36}$/.test(boot) ? `${boot}-${namespace}` : undefined;
  } catch {
    return undefined;
  }
}

async function removeLeftovers(parent: string, prefix: string): Promise<void> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const pid = entry.name.startsWith(prefix) ? /^(\d+)-\w+$/.exec(entry.name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || !entry.isDirectory() || !isDead(Number(pid))) continue;
    // What another one owns or is removing as well is none of this process's trouble.
    await rm(path.join(parent, entry.name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether there is certainly no such process. */
function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

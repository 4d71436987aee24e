import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity';

const POLL_MS = 200;

export interface FileLock {
  release(): Promise<void>;
}

/**
 * Takes the lock file for this process, or says who holds it. A holder that no longer runs loses the lock.
 * The file appears by hard link, at once and whole, so nobody reads it without its holder.
 */
export async function tryFileLock(file: string): Promise<FileLock | ProcessIdentity> {
  await mkdir(path.dirname(file), { recursive: true });
  const claim = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(claim, JSON.stringify(identifyProcess(process.pid)), { mode: 0o644 });
  try {
    for (;;) {
      if (await linked(claim, file)) return { release: () => rm(file, { force: true }) };
      const holder = await readHolder(file);
      if (holder !== undefined && isRunning(holder)) return holder;
      await removeDead(file, claim);
    }
  } finally {
    await rm(claim, { force: true });
  }
}

/**
 * Runs `work` under the lock, waiting for it as long as its holder lives.
 * @param onWait called once, with the holder, when there is something to wait for.
 */
export async function withFileLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait?: (holder: ProcessIdentity) => void,
): Promise<T> {
  let waited = false;
  for (;;) {
    const lock = await tryFileLock(file);
    if ('release' in lock) {
      try {
        return await work();
      } finally {
        await lock.release();
      }
    }
    if (!waited) onWait?.(lock);
    waited = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function linked(claim: string, file: string): Promise<boolean> {
  try {
    await link(claim, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

async function readHolder(file: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** Moved aside before it is judged again: another waiter may have replaced the dead holder's file in between. */
async function removeDead(file: string, claim: string): Promise<void> {
  const aside = `${claim}.dead`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = await readHolder(aside);
  if (holder !== undefined && isRunning(holder)) await linked(aside, file);
  await rm(aside, { force: true });
}

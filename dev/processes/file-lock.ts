import { createHash } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity';

const POLL_MS = 200;
/** Another process is taking a dead holder's file away: a matter of microseconds. */
const REMOVAL_MS = 5;

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
      if (holder === undefined) continue;
      if (holder !== UNREADABLE && isRunning(holder)) return holder;
      await removeDead(file, holder);
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

/** What a disk that lost power may leave of a lock. */
const UNREADABLE = 'unreadable';
type Holder = ProcessIdentity | typeof UNREADABLE;

/** @returns undefined when nobody holds the lock */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : UNREADABLE;
  }
}

/**
 * Removes the file of a dead holder, under a lock of its own that bears the holder's name: of all who have seen that
 * holder only one judges and removes at a time, so the file of whoever holds the lock by then stays.
 */
async function removeDead(file: string, dead: Holder): Promise<void> {
  const name = createHash('sha256').update(JSON.stringify(dead)).digest('hex').slice(0, 16);
  const removal = await tryFileLock(`${file}.${name}`);
  if (!('release' in removal)) {
    await new Promise((resolve) => setTimeout(resolve, REMOVAL_MS));
    return;
  }
  try {
    const holder = await readHolder(file);
    if (JSON.stringify(holder) === JSON.stringify(dead)) await rm(file, { force: true });
  } finally {
    await removal.release();
  }
}

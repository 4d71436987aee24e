import { chmod, lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';

const STICKY = 0o1000;
/** Files and folders that earlier versions made for everybody to read. */
const ONCE_READABLE = ['logs', 'run.json', 'temporal.db', 'temporal.db-shm', 'temporal.db-wal'];

/**
 * Creates the folder of databases, logs and keys so that other users cannot read it, or takes their access away. What
 * this process and its children create from here on is private, too.
 * @param options.passable lets PostgreSQL through to its data when it runs as another user; nobody can list the folder
 * @throws Error one sentence, for a folder that all users share
 */
export async function makeHomePrivate(home: string, options: { passable: boolean }): Promise<void> {
  process.umask(0o077);
  await mkdir(home, { recursive: true });
  if (((await lstat(home)).mode & STICKY) !== 0) {
    throw new Error(`${home} (PULSE_HOME) is a folder that all users share: name one below it.`);
  }
  await chmod(home, options.passable ? 0o711 : 0o700);
  for (const name of ONCE_READABLE) {
    const file = path.join(home, name);
    const entry = await lstat(file).catch(() => undefined);
    if (entry?.isFile() || entry?.isDirectory()) await chmod(file, entry.mode & 0o700);
  }
}

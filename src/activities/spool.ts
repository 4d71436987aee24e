import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';

const PREFIX = 'pulse-spool';
/** Age at which the folder of a process that cannot be looked up is taken for left over: no file is loaded as long. */
const LEFTOVER_MS = 24 * 3_600_000;
const ACCESS_OF_OTHERS = 0o077;

/** Folders of the spools that are open in this process. */
const open = new Set<string>();

/**
 * Folder for the files of Zoho's jobs while they are read or sent: records in the clear, so only the user of this
 * process can enter it. Every process has a folder of its own, which it removes when it closes.
 */
export class Spool {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /**
   * Creates the folder of this process, and removes what killed processes have left beside it.
   * @param parent created if missing, with access for its owner only; the system's temporary folder if empty
   * @throws SpoolUnsafe when the parent belongs to another user, or is not a folder
   */
  static async open(parent = ''): Promise<Spool> {
    const place = parent === '' ? tmpdir() : path.resolve(parent);
    if (parent !== '') await makePrivate(place);
    await removeLeftovers(place);
    const directory = await mkdtemp(path.join(place, `${PREFIX}_${hostname()}_${process.pid}_`));
    open.add(directory);
    return new Spool(directory);
  }

  /** Runs work with the path of a file that nobody else uses, and removes the file afterward, however it ends. */
  async withFile<T>(what: string, work: (file: string) => Promise<T>): Promise<T> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const file = path.join(this.directory, `${what}-${randomBytes(6).toString('hex')}.zip`);
    try {
      return await work(file);
    } finally {
      await rm(file, { force: true });
    }
  }

  async close(): Promise<void> {
    open.delete(this.directory);
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A folder for record files that other users could read or exchange. */
class SpoolUnsafe extends Error {
  override readonly name = 'SpoolUnsafe';

  constructor(folder: string, why: string) {
    super(`${folder} (PULSE_SPOOL_DIR) ${why}: name a folder that the user of the worker owns, or a new one.`);
  }
}

async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const entry = await lstat(folder);
  if (entry.isSymbolicLink()) throw new SpoolUnsafe(folder, 'is a link');
  if (!isOurs(entry.uid)) throw new SpoolUnsafe(folder, 'belongs to another user');
  if ((entry.mode & ACCESS_OF_OTHERS) !== 0) await chmod(folder, 0o700);
}

function isOurs(uid: number): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}

async function removeLeftovers(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const [prefix, host, pid] = name.split('_');
    const folder = path.join(place, name);
    if (prefix !== PREFIX || host === undefined || open.has(folder)) continue;
    const entry = await lstat(folder).catch(() => undefined);
    if (!entry?.isDirectory() || !isOurs(entry.uid)) continue;
    const isOld = Date.now() - entry.mtimeMs > LEFTOVER_MS;
    if (isOld || (host === hostname() && hasEnded(Number(pid)))) await rm(folder, { recursive: true, force: true });
  }
}

/** True also for this process's own number: a container that starts again gets the number of its predecessor. */
function hasEnded(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

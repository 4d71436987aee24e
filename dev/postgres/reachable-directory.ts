import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readlink, rm, rmdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { endLeftoverPostmaster } from './cluster';
import { SHARED_HOME } from './shared-home';
import type { SystemUser } from './system-user';

/**
 * Data directory that `user` can reach: `folder` itself if possible, else a folder below the shared home, with a link
 * to it at `folder`. Deleting the link gives up the data: its target is removed the next time.
 */
export async function reachableDirectory(folder: string, user: SystemUser | undefined): Promise<string> {
  await mkdir(path.dirname(folder), { recursive: true });
  if (user === undefined || canEnter(path.dirname(folder), user)) return folder;
  const linked = await readlink(folder).catch(() => undefined);
  if (linked !== undefined) return linked;

  const prefix = `${path.basename(folder)}-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}-`;
  const twin = path.join(SHARED_HOME, prefix + randomBytes(4).toString('hex'));
  await mkdir(SHARED_HOME, { recursive: true });
  await chmod(SHARED_HOME, 0o755);
  for (const name of await readdir(SHARED_HOME)) {
    if (name.startsWith(prefix)) await removeCluster(path.join(SHARED_HOME, name));
  }
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await symlink(twin, folder);
  return twin;
}

function canEnter(folder: string, user: SystemUser): boolean {
  return spawnSync('test', ['-x', folder], { ...user, cwd: '/' }).status === 0;
}

async function removeCluster(dataDirectory: string): Promise<void> {
  await endLeftoverPostmaster(dataDirectory);
  await rm(dataDirectory, { recursive: true, force: true });
}

import { statfs } from 'node:fs/promises';

const MEGABYTE = 1024 * 1024;

/** @throws Error one sentence, when the folder's file system has less than `megabytes` left for this user. */
export async function requireDiskSpace(folder: string, megabytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / MEGABYTE);
  if (free >= megabytes) return;
  throw new Error(
    `${folder} has ${free} MB of disk space left and ${megabytes} MB are needed: ` +
      'make room, or set PULSE_HOME to a folder on another disk.',
  );
}

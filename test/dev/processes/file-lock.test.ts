import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { tryFileLock, withFileLock } from '../../../dev/processes/file-lock';
import { identifyProcess } from '../../../dev/processes/process-identity';

describe('file lock', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-lock-'));
    file = path.join(folder, 'lock');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('names the holder to whoever comes second', async () => {
    await tryFileLock(file);

    const second = await tryFileLock(file);

    assert.deepEqual(second, identifyProcess(process.pid));
  });

  it('is free again, without a trace, once released', async () => {
    const first = await tryFileLock(file);
    assert.ok('release' in first);

    await first.release();

    assert.deepEqual(await readdir(folder), []);
    assert.ok('release' in (await tryFileLock(file)));
  });

  it('is taken from a holder that died', async () => {
    await writeFile(file, JSON.stringify({ pid: process.pid, startedAt: 'an earlier time' }));

    assert.ok('release' in (await tryFileLock(file)));
  });

  it('is taken from a holder that died by one of many only', async () => {
    for (let round = 0; round < 50; round += 1) {
      await writeFile(file, JSON.stringify({ pid: process.pid, startedAt: `round ${round}` }));

      const attempts = await Promise.all(Array.from({ length: 20 }, () => tryFileLock(file)));

      const taken = attempts.filter((attempt) => 'release' in attempt);
      assert.equal(taken.length, 1);
      await taken[0]?.release();
      assert.deepEqual(await readdir(folder), []);
    }
  });

  it('is taken from a file that says nothing', async () => {
    await writeFile(file, '');

    assert.ok('release' in (await tryFileLock(file)));
  });

  it('lets workers in one at a time, and tells the waiting one for whom it waits', async () => {
    const order: string[] = [];
    const waitedFor: number[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`${name} out`);
    };

    const first = withFileLock(file, work('first'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    await Promise.all([first, withFileLock(file, work('second'), ({ pid }) => waitedFor.push(pid))]);

    assert.deepEqual(order, ['first in', 'first out', 'second in', 'second out']);
    assert.deepEqual(waitedFor, [process.pid]);
  });

  it('is released when the work fails', async () => {
    await assert.rejects(
      withFileLock(file, () => Promise.reject(new Error('no luck'))),
      /no luck/,
    );

    assert.ok('release' in (await tryFileLock(file)));
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { tryFileLock, withFileLock } from '../../../dev/processes/file-lock.cjs';
import { identifyProcess } from '../../../dev/processes/process-identity.cjs';
import { projectRoot } from '../../../dev/project-root';

const LOCK_MODULE = path.join(projectRoot(), 'dev', 'processes', 'file-lock.cjs');

/** Takes the lock twice, and says when it is in and out; "dies" and "exits" end in the middle of the second time. */
const PROGRAM = `
  const fs = require('node:fs');
  const [lockModule, file, log, how] = process.argv.slice(1);
  const { withFileLock } = require(lockModule);
  const say = (word) => fs.appendFileSync(log, word + ' ' + process.pid + '\\n');
  const work = async (isLast) => {
    say('in');
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (isLast && how === 'dies') process.kill(process.pid, 'SIGKILL');
    if (isLast && how === 'exits') process.exit();
    say('out');
  };
  withFileLock(file, () => work(false)).then(() => withFileLock(file, () => work(true)));
`;

describe('file lock', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-lock-'));
    file = path.join(folder, 'lock');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('names the holder to the second one who asks', async () => {
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

  for (const content of ['', '123', '{}']) {
    it(`is taken from a file that names no holder but ${JSON.stringify(content)}`, async () => {
      await writeFile(file, content);

      assert.ok('release' in (await tryFileLock(file)));
    });
  }

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

  describe('of several processes', () => {
    const start = (how: 'lives' | 'dies' | 'exits'): Promise<number> =>
      new Promise((resolve) => {
        const log = path.join(folder, 'log');
        const child = execFile(process.execPath, ['-e', PROGRAM, LOCK_MODULE, file, log, how], () =>
          resolve(child.pid ?? 0),
        );
      });

    it('lets one in at a time, also where holders die', async () => {
      const others = ['lives', 'dies', 'lives', 'dies', 'lives', 'lives'] as const;

      const pids = [await start('dies'), ...(await Promise.all(others.map(start)))].map(String);

      const dead = new Set(pids.filter((_pid, index) => index === 0 || others[index - 1] === 'dies'));
      let inside: string | undefined;
      let times = 0;
      for (const line of (await readFile(path.join(folder, 'log'), 'utf8')).trimEnd().split('\n')) {
        const [word, pid = ''] = line.split(' ');
        if (word === 'in') assert.ok(inside === undefined || dead.has(inside), `${pid} is in beside ${inside}`);
        else assert.equal(pid, inside);
        inside = word === 'in' ? pid : undefined;
        times += Number(word === 'in');
      }
      assert.equal(times, 2 * pids.length);
    });

    for (const how of ['lives', 'exits'] as const) {
      it(`leaves no file behind when its holder ${how}`, async () => {
        await start(how);

        assert.deepEqual(await readdir(folder), ['log']);
      });
    }
  });
});

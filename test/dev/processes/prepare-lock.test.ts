import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../../dev/project-root';

const LOCK_MODULE = path.join(projectRoot(), 'dev', 'commands', 'prepare-lock.cjs');

/** Takes the lock twice, and says when it is in and out; "dies" ends in the middle of the second time. */
const PROGRAM = `
  const fs = require('node:fs');
  const [lockModule, root, log, how] = process.argv.slice(1);
  const { withPrepareLock } = require(lockModule);
  const say = (word) => fs.appendFileSync(log, word + ' ' + process.pid + '\\n');
  const work = async (isLast) => {
    say('in');
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (isLast && how === 'dies') process.kill(process.pid, 'SIGKILL');
    say('out');
  };
  withPrepareLock(root, () => work(false)).then(() => withPrepareLock(root, () => work(true)));
`;

describe('withPrepareLock', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'pulse-test-prepare-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  /** @returns the process's id, however it ended */
  function start(how: 'lives' | 'dies'): Promise<number> {
    return new Promise((resolve) => {
      const child = execFile(process.execPath, ['-e', PROGRAM, LOCK_MODULE, root, path.join(root, 'log'), how], () =>
        resolve(child.pid ?? 0),
      );
    });
  }

  it('lets one process in at a time, also where holders die', async () => {
    const others = ['lives', 'dies', 'lives', 'dies', 'lives', 'lives'] as const;

    const pids = [await start('dies'), ...(await Promise.all(others.map(start)))].map(String);

    const dead = new Set(pids.filter((_pid, index) => index === 0 || others[index - 1] === 'dies'));
    let inside: string | undefined;
    let times = 0;
    for (const line of (await readFile(path.join(root, 'log'), 'utf8')).trimEnd().split('\n')) {
      const [word, pid = ''] = line.split(' ');
      if (word === 'in') assert.ok(inside === undefined || dead.has(inside), `${pid} is in beside ${inside}`);
      else assert.equal(pid, inside);
      inside = word === 'in' ? pid : undefined;
      times += Number(word === 'in');
    }
    assert.equal(times, 2 * pids.length);
  });

  it('leaves no file behind', async () => {
    await start('lives');

    assert.deepEqual(await readdir(path.join(root, '.pulse')), []);
  });
});

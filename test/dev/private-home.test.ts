import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeHomePrivate } from '../../dev/private-home';
import { startProcess } from '../../dev/processes/managed-process';
import { RunFile } from '../../dev/processes/run-file';

describe('the home of the engine', () => {
  let home: string;
  let umask: number;
  beforeEach(async () => {
    umask = process.umask(0o022);
    home = path.join(await mkdtemp(path.join(tmpdir(), 'pulse-home-')), 'home');
  });
  afterEach(async () => {
    process.umask(umask);
    await rm(path.dirname(home), { recursive: true });
  });

  const modeOf = async (...parts: string[]): Promise<string> =>
    ((await stat(path.join(home, ...parts))).mode & 0o777).toString(8);

  it('is open to its owner only, with what an earlier version left in it', async () => {
    await mkdir(path.join(home, 'logs'), { recursive: true });
    await writeFile(path.join(home, 'temporal.db'), 'histories');
    for (const [name, mode] of Object.entries({ '': 0o755, 'temporal.db': 0o644, logs: 0o755 })) {
      await chmod(path.join(home, name), mode);
    }

    await makeHomePrivate(home, { passable: false });

    assert.deepEqual([await modeOf(), await modeOf('temporal.db'), await modeOf('logs')], ['700', '600', '700']);
  });

  it('lets another user of PostgreSQL through, and shows nobody what is in it', async () => {
    await makeHomePrivate(home, { passable: true });

    assert.equal(await modeOf(), '711');
  });

  it('keeps what is created in it from others: addresses, logs, and files of child processes', async () => {
    await makeHomePrivate(home, { passable: false });
    new RunFile(home).recordAddresses({});

    const child = await startProcess({
      name: 'Writer',
      command: 'sh',
      args: ['-c', 'echo histories > temporal.db; exec sleep 60'],
      cwd: home,
      env: process.env,
      logFile: path.join(home, 'logs', 'writer.log'),
      isReady: () => stat(path.join(home, 'temporal.db')).then(() => true),
      readyTimeoutMs: 10_000,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 1_000,
    });
    await child.stop();

    const modes = [['run.json'], ['logs'], ['logs', 'writer.log'], ['temporal.db']].map((parts) => modeOf(...parts));
    assert.deepEqual(await Promise.all(modes), ['600', '700', '600', '600']);
  });

  it('is not a folder that all users share', async () => {
    await mkdir(home);
    await chmod(home, 0o1777);

    await assert.rejects(makeHomePrivate(home, { passable: false }), /\(PULSE_HOME\) is a folder that all users share/);
  });
});

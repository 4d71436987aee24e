import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { identifyProcess, isRunning, type ProcessIdentity } from '../../../dev/processes/process-identity.cjs';
import { endOrphans, readAddresses, RunFile } from '../../../dev/processes/run-file';

describe('run file', () => {
  let home: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'pulse-home-'));
  });
  afterEach(async () => {
    children.splice(0).forEach((child) => child.kill('SIGKILL'));
    await rm(home, { recursive: true });
  });

  function startSleeper(): ProcessIdentity {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(child);
    const identity = identifyProcess(child.pid ?? 0);
    assert.ok(identity);
    return identity;
  }

  it('lets the next run end what this one left, last started first', async () => {
    const runFile = new RunFile(home);
    const [first, second] = [startSleeper(), startSleeper()];
    runFile.recordChild({ name: 'PostgreSQL', identity: first, stopSignal: 'SIGINT' });
    runFile.recordChild({ name: 'Worker', identity: second, stopSignal: 'SIGTERM' });

    const ended = await endOrphans(home);

    assert.deepEqual(ended, ['Worker', 'PostgreSQL']);
    assert.deepEqual([isRunning(first), isRunning(second)], [false, false]);
    assert.deepEqual(await readdir(home), []);
  });

  it('spares a process that has the pid of a child but is another', async () => {
    const bystander = startSleeper();
    const child = { ...bystander, startedAt: 'before the reboot' };
    new RunFile(home).recordChild({ name: 'Worker', identity: child, stopSignal: 'SIGKILL' });

    assert.deepEqual(await endOrphans(home), []);

    assert.equal(isRunning(bystander), true);
  });

  it('knows a restarted child by its latest process only', async () => {
    const runFile = new RunFile(home);
    const [before, after] = [startSleeper(), startSleeper()];
    runFile.recordChild({ name: 'Worker', identity: before, stopSignal: 'SIGTERM' });
    runFile.recordChild({ name: 'Worker', identity: after, stopSignal: 'SIGTERM' });

    assert.deepEqual(await endOrphans(home), ['Worker']);

    assert.deepEqual([isRunning(before), isRunning(after)], [true, false]);
  });

  it('tells where the run answers', () => {
    new RunFile(home).recordAddresses({ 'Control API': 'http://127.0.0.1:8600/api/v1' });

    assert.deepEqual(readAddresses(home), { 'Control API': 'http://127.0.0.1:8600/api/v1' });
  });

  it('finds nothing where nothing ran', async () => {
    assert.deepEqual(await endOrphans(home), []);
    assert.deepEqual(readAddresses(home), {});
  });
});

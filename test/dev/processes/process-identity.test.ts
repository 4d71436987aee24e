import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, it } from 'mocha';
import { endProcess } from '../../../dev/processes/end-process';
import { identifyProcess, isRunning } from '../../../dev/processes/process-identity.cjs';

describe('process identity', () => {
  const children: ChildProcess[] = [];
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

  function start(program: string, ...args: string[]): ChildProcess & { pid: number } {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    assert.ok(child.pid);
    return child as ChildProcess & { pid: number };
  }

  it('recognises a process as long as it runs', async () => {
    const child = start('sleep', '60');
    const identity = identifyProcess(child.pid);
    assert.ok(identity);
    assert.equal(isRunning(identity), true);

    child.kill('SIGKILL');
    await once(child, 'exit');

    assert.equal(isRunning(identity), false);
  });

  it('takes another process that got the same pid for another', () => {
    const child = start('sleep', '60');
    const identity = identifyProcess(child.pid);
    assert.ok(identity);

    assert.equal(isRunning({ ...identity, startedAt: 'an earlier time' }), false);
  });

  it('does not end a process that merely has the pid', async () => {
    const child = start('sleep', '60');
    const identity = identifyProcess(child.pid);
    assert.ok(identity);

    await endProcess({ ...identity, startedAt: 'an earlier time' }, 'SIGKILL', 1_000);

    assert.equal(isRunning(identity), true);
  });

  it('ends a process that ignores the polite signal by force', async () => {
    const child = start('sh', '-c', "trap '' TERM; echo ready; while :; do sleep 0.1; done");
    const ended = once(child, 'exit');
    assert.ok(child.stdout);
    await once(child.stdout, 'data');
    const identity = identifyProcess(child.pid);
    assert.ok(identity);

    await endProcess(identity, 'SIGTERM', 200);

    assert.equal(isRunning(identity), false);
    assert.deepEqual(await ended, [null, 'SIGKILL']);
  });
});

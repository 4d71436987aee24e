import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ProcessSpec } from '../../../dev/processes/managed-process';
import { isRunning } from '../../../dev/processes/process-identity.cjs';
import type { RunningChild } from '../../../dev/processes/run-file';
import { Supervisor } from '../../../dev/processes/supervisor';

describe('Supervisor', () => {
  let folder: string;
  let reports: string[];
  let spawned: RunningChild[];
  let supervisor: Supervisor;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-supervisor-'));
    reports = [];
    spawned = [];
    supervisor = new Supervisor({
      report: (line) => reports.push(line),
      onSpawn: (child) => spawned.push(child),
      firstPauseMs: 1,
    });
  });
  afterEach(async () => {
    await supervisor.stop();
    await rm(folder, { recursive: true });
  });

  /** A shell script as a service; `name` also names its log. */
  function service(name: string, script: string, overrides: Partial<ProcessSpec> = {}): ProcessSpec {
    return {
      name,
      command: 'sh',
      args: ['-c', script],
      env: { PATH: process.env['PATH'] },
      cwd: folder,
      logFile: path.join(folder, `${name}.log`),
      isReady: async () => true,
      readyTimeoutMs: 5_000,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 5_000,
      ...overrides,
    };
  }

  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it('waits until a process is ready', async () => {
    const mark = path.join(folder, 'ready');

    await supervisor.start(
      service('slow', 'sleep 0.2; touch ready; sleep 60', { isReady: async () => existsSync(mark) }),
    );

    assert.equal(existsSync(mark), true);
  });

  it('starts a process again that was killed', async () => {
    await supervisor.start(service('worker', 'exec sleep 60'));
    process.kill(spawned[0]!.identity.pid, 'SIGKILL');

    await until(() => spawned.length === 2);

    assert.deepEqual(reports.slice(0, 1), ['worker ended (SIGKILL); starting it again.']);
    assert.equal(isRunning(spawned[1]!.identity), true);
  });

  it('gives up a process that keeps ending', async () => {
    await supervisor.start(service('broken', 'sleep 0.01'));

    await assert.rejects(supervisor.failed, /^Error: broken keeps ending \(exit code 0\); see .*broken\.log\.$/);
  });

  it('explains with the end of its log why a process did not start', async () => {
    const broken = service('broken', 'echo no such table; exit 3', { isReady: async () => false });

    await assert.rejects(supervisor.start(broken), /broken ended: exit code 3\. The end of .*:\nno such table/);
  });

  it('leaves nothing running when a process does not become ready in time', async () => {
    const stuck = service('stuck', 'exec sleep 60', { isReady: async () => false, readyTimeoutMs: 50 });

    await assert.rejects(supervisor.start(stuck), /stuck was not ready after 0\.05 s/);

    assert.equal(isRunning(spawned[0]!.identity), false);
  });

  it('stops the last one first', async () => {
    const noting = (name: string): string =>
      `trap 'echo ${name} >> order; exit' TERM; touch ${name}; while :; do sleep 0.05; done`;
    for (const name of ['first', 'second', 'third']) {
      await supervisor.start(service(name, noting(name), { isReady: async () => existsSync(path.join(folder, name)) }));
    }

    await supervisor.stop();

    assert.equal(await readFile(path.join(folder, 'order'), 'utf8'), 'third\nsecond\nfirst\n');
  });

  it('stops a process that is not ready yet as well', async () => {
    const starting = supervisor.start(service('slow', 'exec sleep 60', { isReady: async () => false }));
    const outcome = assert.rejects(starting, /stopped/);
    await until(() => spawned.length === 1);

    await supervisor.stop();

    await outcome;
    assert.equal(isRunning(spawned[0]!.identity), false);
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareLog, rotateLog } from '../../../dev/processes/log-file';

const LIMIT = 1_000;

describe('a log', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-log-'));
    file = path.join(folder, 'logs', 'worker.log');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const textOf = (name: string) => readFile(name, 'utf8');

  it('goes on where it ends, until it is too long for another run', async () => {
    const first = prepareLog(file, LIMIT);
    await writeFile(file, 'x'.repeat(LIMIT));
    const second = prepareLog(file, LIMIT);
    await writeFile(file, 'y'.repeat(LIMIT + 1));
    const third = prepareLog(file, LIMIT);

    assert.deepEqual([first, second, third], [0, LIMIT, 0]);
    assert.equal(await textOf(`${file}.1`), 'y'.repeat(LIMIT + 1));
  });

  it('is set aside while a process writes to it, which goes on writing to the same file', async () => {
    prepareLog(file, LIMIT);
    const log = openSync(file, 'a');
    const writer = spawn(process.execPath, ['-e', 'process.stdin.on("data", (text) => process.stdout.write(text))'], {
      stdio: ['pipe', log, 'ignore'],
    });
    closeSync(log);
    const write = async (text: string, length: number): Promise<void> => {
      writer.stdin?.write(text);
      while ((await stat(file)).size < length) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await write('a'.repeat(LIMIT), LIMIT);
    rotateLog(file, LIMIT);
    await write('b', LIMIT + 1);
    rotateLog(file, LIMIT);
    await write('c', 1);
    writer.stdin?.end();
    await once(writer, 'close');

    assert.deepEqual([await textOf(`${file}.1`), await textOf(file)], [`${'a'.repeat(LIMIT)}b`, 'c']);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { readOrCreateSecret } from '../../dev/secret-file';

describe('readOrCreateSecret', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-secret-'));
    file = path.join(folder, 'key');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps what it made the first time', async () => {
    const first = await readOrCreateSecret(file, () => 'first');
    const second = await readOrCreateSecret(file, () => 'second');

    assert.deepEqual([first, second], ['first', 'first']);
  });

  it('lets only the owner read it', async () => {
    await readOrCreateSecret(file, () => 'secret');

    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('gives everyone who makes it at the same time the same one', async () => {
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, index) => readOrCreateSecret(file, () => `secret ${index}`)),
    );

    assert.equal(new Set(made).size, 1);
    assert.deepEqual(await readdir(folder), ['key']);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FUNCTIONS_FOLDER, readFunctions } from '../../../src/db/postgres/functions';

/** Each revision of each function with the hash of its file, oldest first; lines are added, never changed. */
const LIST = path.join(__dirname, 'function-revisions.txt');

function listed(): { file: string; revision: number; hash: string }[] {
  return readFileSync(LIST, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([file = '', revision, hash = '']) => ({ file, revision: Number(revision), hash }));
}

describe('revisions of SQL functions', () => {
  it('rise with every change of a file', async () => {
    const last = new Map(listed().map((entry) => [entry.file, entry]));
    const unlisted = (await readFunctions(FUNCTIONS_FOLDER)).filter(({ file, revision, hash }) => {
      const known = last.get(file);
      return known?.revision !== revision || known.hash !== hash;
    });

    const lines = unlisted.map(({ file, hash }) => `${file} ${(last.get(file)?.revision ?? 0) + 1} ${hash}`);
    assert.deepEqual(lines, [], 'Raise the revision in the first line of these files, and add the lines to the list.');
  });

  it('are listed in order, without a gap', () => {
    const last = new Map<string, number>();
    for (const { file, revision } of listed()) {
      assert.equal(revision, (last.get(file) ?? 0) + 1, file);
      last.set(file, revision);
    }
  });
});

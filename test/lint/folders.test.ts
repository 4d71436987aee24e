import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../dev/project-root';

const MOST_FILES = 24;

function overfullFolders(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).length;
  const inside = entries
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => overfullFolders(path.join(folder, entry.name)));
  return files > MOST_FILES ? [`${folder} holds ${String(files)} files`, ...inside] : inside;
}

describe('folders of the product', () => {
  it(`hold at most ${String(MOST_FILES)} files each`, () => {
    const parts = ['src', 'simulator', 'dev', 'scripts', 'bench'].map((part) => path.join(projectRoot(), part));

    assert.deepEqual(parts.flatMap(overfullFolders), []);
  });
});

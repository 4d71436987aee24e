import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../dev/project-root';

const ROOT = projectRoot();
/** Folders that are made, not kept. */
const MADE = ['dist', 'node_modules', '.pulse'];
const TOP_FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !MADE.includes(entry.name))
  .map(({ name }) => name);
const DECISIONS = readdirSync(path.join(ROOT, 'docs/adr')).map((name) => `docs/adr/${name}`);

for (const document of [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  'mutation/README.md',
  ...DECISIONS,
]) {
  describe(`paths in ${document}`, () => {
    const text = readFileSync(path.join(ROOT, document), 'utf8');

    it('all exist', () => {
      const missing = pathsIn(text).filter((name) => !existsSync(path.join(ROOT, name)));

      assert.deepEqual(missing, []);
    });

    it('are linked where they are', () => {
      const missing = linksIn(text).filter((target) => !existsSync(path.join(ROOT, path.dirname(document), target)));

      assert.deepEqual(missing, []);
    });
  });
}

/** Words of code that begin with one of the project's folders, without those that have a placeholder. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`|^ {4}(.+)$/gm)]
    .flatMap(([, inline, block]) => (inline ?? block ?? '').split(/\s+/))
    .filter((word) => TOP_FOLDERS.some((folder) => word.startsWith(`${folder}/`)) && /^[\w./-]+$/.test(word));
}

/** Targets of links within the repository, without their anchors. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

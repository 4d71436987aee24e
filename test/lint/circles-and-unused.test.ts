import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../dev/project-root';

const ROOT = projectRoot();
const CIRCLES = ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', 'lint/circles.cjs'];

interface Run {
  readonly code: number;
  readonly output: string;
}

function run(args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, output: stdout + stderr });
    });
  });
}

describe('lint of the whole project', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-lint-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
  }

  describe('circles', () => {
    it('refuses two files that import values of each other', async () => {
      await write({
        'a.ts': "import { b } from './b';\nexport const a = (): unknown => b;\n",
        'b.ts': "import { a } from './a';\nexport const b = (): unknown => a;\n",
      });

      const { code, output } = await run([...CIRCLES, folder]);

      assert.match(output, /no-circle/);
      assert.equal(code, 1);
    });

    it('refuses three files that import types of each other', async () => {
      await write({
        'a.ts': "import type { B } from './b';\nexport type A = B | 1;\n",
        'b.ts': "import type { C } from './c';\nexport type B = C | 2;\n",
        'c.ts': "import { type A } from './a';\nexport interface C {\n  a: A;\n}\n",
      });

      const { code, output } = await run([...CIRCLES, folder]);

      assert.match(output, /no-circle/);
      assert.equal(code, 1);
    });

    it('accepts imports that go one way', async () => {
      await write({ 'a.ts': "import type { B } from './b';\nexport type A = B;\n", 'b.ts': 'export type B = 1;\n' });

      const { code, output } = await run([...CIRCLES, folder]);

      assert.equal(code, 0, output);
    });
  });

  describe('unused code', () => {
    const used = { 'src/bin/main.ts': "import { a } from '../a';\nconsole.log(a);\n" };

    beforeEach(async () => {
      await cp(path.join(ROOT, 'lint/knip.jsonc'), path.join(folder, 'knip.jsonc'));
      await write({ 'package.json': '{ "name": "example", "dependencies": { "left-over": "1.0.0" } }', ...used });
    });

    const KNIP = ['node_modules/knip/bin/knip.js', '--no-progress', '--directory'];
    const knip = (): Promise<Run> => run([...KNIP, folder]);

    describe('outside of tests', () => {
      beforeEach(() => cp(path.join(ROOT, 'lint/knip-product.jsonc'), path.join(folder, 'knip.jsonc')));

      const product = (): Promise<Run> => run([...KNIP, folder, '--production', '--include', 'files,exports,types']);

      it('refuses an export and a file that only tests use', async () => {
        await write({
          'src/a.ts': 'export const a = 1;\nexport const forgotten = 2;\n',
          'src/lost.ts': 'export const lost = 3;\n',
          'test/a.test.ts':
            "import { forgotten } from '../src/a';\nimport { lost } from '../src/lost';\nconsole.log(forgotten, lost);\n",
        });

        const { code, output } = await product();

        assert.match(output, /Unused files[^]*src\/lost\.ts/);
        assert.match(output, /Unused exports[^]*forgotten/);
        assert.equal(code, 1);
      });

      it('accepts an export that its own file uses, too', async () => {
        await write({
          'src/a.ts': 'export const limit = 2;\nexport const a = limit + 1;\n',
          'test/a.test.ts': "import { limit } from '../src/a';\nconsole.log(limit);\n",
        });

        const { code, output } = await product();

        assert.equal(code, 0, output);
      });
    });

    it('refuses an unused export, file and dependency', async () => {
      await write({ 'src/a.ts': 'export const a = 1;\nexport const forgotten = 2;\n', 'src/lost.ts': 'export {};\n' });

      const { code, output } = await knip();

      assert.match(output, /Unused files[^]*src\/lost\.ts/);
      assert.match(output, /Unused dependencies[^]*left-over/);
      assert.match(output, /Unused exports[^]*forgotten/);
      assert.equal(code, 1);
    });

    it('accepts a project that uses all it has', async () => {
      await write({ 'src/a.ts': 'export const a = 1;\n', 'package.json': '{ "name": "example" }' });

      const { code, output } = await knip();

      assert.equal(code, 0, output);
    });
  });
});

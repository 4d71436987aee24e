import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../../dev/project-root';

const { compileAssembly } = createRequire(__filename)('../../../dev/commands/assembly.cjs') as {
  compileAssembly: (root: string) => Promise<void>;
};

describe('compileAssembly', () => {
  let root: string;
  const kernel = (of = root) => path.join(of, 'dist', 'assembly', 'copy-rows.wasm');
  const source = () => path.join(root, 'assembly', 'index.ts');

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'pulse-test-assembly-'));
    await cp(path.join(projectRoot(), 'assembly'), path.join(root, 'assembly'), { recursive: true });
    await symlink(path.join(projectRoot(), 'node_modules'), path.join(root, 'node_modules'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('makes the same of the same sources', async () => {
    await compileAssembly(root);

    assert.deepEqual(await readFile(kernel()), await readFile(kernel(projectRoot())));
  });

  it('compiles again only when a source has changed', async () => {
    await compileAssembly(root);
    const first = (await stat(kernel())).mtimeMs;

    await compileAssembly(root);
    const second = (await stat(kernel())).mtimeMs;
    await appendFile(source(), '\n// Another comment.\n');
    await compileAssembly(root);

    assert.equal(second, first);
    assert.notEqual((await stat(kernel())).mtimeMs, first);
  });

  it('says what is wrong with a source, and leaves nothing that looks finished', async () => {
    await appendFile(source(), 'export const one: i32 = two;\n');

    await assert.rejects(compileAssembly(root), /Cannot find name 'two'/);
    await assert.rejects(compileAssembly(root), /Cannot find name 'two'/);
  });
});

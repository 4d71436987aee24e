import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { projectRoot } from '../../../dev/project-root';

const { runsOf } = createRequire(__filename)('../../../dev/commands/run-tests.cjs') as {
  runsOf: (root: string, extra: string[]) => { spec: string[]; ignore?: string[] }[];
};

const root = projectRoot();

describe('the runs of mocha', () => {
  it('are three for the whole suite, and what the others run is what the first leaves out', () => {
    const [first, ...others] = runsOf(root, []);

    assert.equal(others.length, 2);
    assert.deepEqual(first?.spec, ['test/**/*.test.ts']);
    assert.deepEqual(
      first?.ignore,
      others.flatMap(({ spec }) => spec),
    );
    const folders = first?.ignore?.map((pattern) => path.dirname(path.dirname(pattern))) ?? [];
    assert.deepEqual(
      folders.filter((folder) => !existsSync(path.join(root, folder))),
      [],
    );
  });

  it('is one for files and folders that are named', () => {
    const runs = runsOf(root, ['test/domain', 'test/config.test.ts', '--grep', 'words']);

    assert.deepEqual(
      runs.map(({ spec, ignore }) => ({ spec, ignore })),
      [{ spec: ['test/domain/**/*.test.ts', 'test/config.test.ts'], ignore: undefined }],
    );
  });
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { projectRoot } from '../../../dev/project-root';

interface Fault {
  file: string;
  from: string;
  to: string;
  tests: string[];
}

const { planted } = createRequire(__filename)('../../../dev/commands/planted-faults.cjs') as {
  planted: (source: string, name: string, fault: Fault) => string;
};

const root = projectRoot();
const faults = JSON.parse(readFileSync(path.join(root, 'mutation', 'planted.json'), 'utf8')) as Record<string, Fault>;

describe('the planted faults', () => {
  for (const [name, fault] of Object.entries(faults)) {
    it(`can be planted: ${name}`, () => {
      const source = readFileSync(path.join(root, fault.file), 'utf8');

      assert.notEqual(planted(source, name, fault), source);
      assert.deepEqual(
        fault.tests.filter((file) => !existsSync(path.join(root, file))),
        [],
      );
    });
  }

  it('are not planted where the code is another by now', () => {
    const fault = { file: 'a.ts', from: 'x > 1', to: 'x > 0', tests: [] };

    assert.throws(() => planted('x > 2', 'a limit is one lower', fault), /a\.ts has "x > 1" 0 times: a limit/);
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { projectRoot } from '../../dev/project-root';

interface Outcome {
  readonly code: number;
  readonly lastLine: string;
  readonly stderr: string;
}

/** Runs `node scripts/run.cjs …` as the npm scripts do. */
async function run(...args: string[]): Promise<Outcome> {
  const cwd = projectRoot();
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['scripts/run.cjs', ...args], { cwd }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', stderr });
    });
  });
}

describe('run.cjs', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-tests-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('explains itself when the command is unknown', async () => {
    const { code, stderr } = await run('dance');

    assert.equal(code, 2);
    assert.match(
      stderr,
      /^Usage: node scripts\/run\.cjs <install\|test\|test:nightly\|test:soak\|test:mutation\|start\|migrate\|simulator\|bench\|pulse>/,
    );
  });

  it('names the parts that mutation tests change, where none of them is named', async () => {
    const { code, stderr } = await run('test:mutation', 'dance');

    assert.equal(code, 2);
    assert.match(stderr, /^Usage: npm run test:mutation -- <[\w|]*domain[\w|]*>/);
  });

  it('runs the named test files only, closes with the counts and keeps the exit code', async () => {
    const file = path.join(folder, 'sample.test.ts');
    const test = (name: string, body: string): string => `it('${name}', () => { ${body} });`;
    await writeFile(
      file,
      `import { it } from '${path.join(projectRoot(), 'node_modules/mocha/index.js')}';
       ${test('passes', '')} ${test('passes too', '')} ${test('fails', "throw new Error('on purpose')")}`,
    );

    const outcome = await run('test', file);

    assert.deepEqual([outcome.code, outcome.lastLine], [1, '2 passed, 1 failed']);
  });

  it('hands options on to mocha', async () => {
    const file = path.join(projectRoot(), 'test', 'dev', 'processes', 'ports.test.ts');

    const outcome = await run('test', file, '--grep', 'takes the next free port');

    assert.deepEqual([outcome.code, outcome.lastLine], [0, '1 passed, 0 failed']);
  });
});

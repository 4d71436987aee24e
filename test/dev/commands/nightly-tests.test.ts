import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../dev/project-root';

const run = promisify(execFile);

/** A model whose second seed is wrong, and whose third takes its process along. */
const MODEL = `
  const { appendFileSync } = require('node:fs');
  const seeds = process.env.PULSE_MODEL_SEED.split(',').map(Number);
  describe('a model', () => {
    for (const seed of seeds) {
      it('plays seed ' + seed, () => {
        if (seed === 3) process.kill(process.pid, 'SIGKILL');
        const outcome = seed === 2 ? 'went wrong' : 'right';
        appendFileSync(process.env.PULSE_MODEL_RESULTS, JSON.stringify({ seed, outcome }) + '\\n');
        if (seed === 2) throw new Error('It is wrong.');
      });
    }
  });`;

describe('the seeds of a night', function () {
  this.timeout(60_000);
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'pulse-night-'));
    await symlink(path.join(projectRoot(), 'node_modules'), path.join(root, 'node_modules'));
    await cp(path.join(projectRoot(), 'dev', 'commands'), path.join(root, 'dev', 'commands'), { recursive: true });
    await cp(path.join(projectRoot(), 'dev', 'processes'), path.join(root, 'dev', 'processes'), { recursive: true });
    await mkdir(path.join(root, 'test', 'model'), { recursive: true });
    await writeFile(path.join(root, 'test', 'model', 'model.test.cjs'), MODEL);
    await writeFile(path.join(root, '.mocharc.json'), JSON.stringify({ spec: ['test/**/*.test.cjs'] }));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('are played a few in a process, and neither one that fails nor one that ends its process stops the others', async () => {
    const file = path.join(root, 'seeds.jsonl');
    const options = JSON.stringify({ seeds: [1, 2, 3, 4, 5], file, temporal: 'none', seedsAProcess: 2 });
    const program = `require('./dev/commands/nightly-tests.cjs').playSeeds(${JSON.stringify(root)}, ${options}).then((code) => console.log('code', code > 0))`;

    const { stdout } = await run(process.execPath, ['-e', program], { cwd: root });

    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const seeds = lines.map((line) => JSON.parse(line) as { seed: number; outcome: string });
    assert.deepEqual(
      seeds.map(({ seed, outcome }) => [seed, outcome.replace(/ with \d+$/, '')]),
      [
        [1, 'right'],
        [2, 'went wrong'],
        [3, 'did not end: its process ended'],
        [4, 'did not end: its process ended'],
        [5, 'right'],
      ],
    );
    assert.match(stdout, /Seed 2 went wrong\. Replay: PULSE_MODEL_SEED=2 npm test -- test\/model\nSeed 3 did not end/);
    assert.match(stdout, /2 passed, 2 failed\ncode true/);
  });
});

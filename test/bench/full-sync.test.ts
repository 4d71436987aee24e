import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const ROWS = 3_000;
const root = path.join(__dirname, '..', '..');
const seconds = z.number().positive();

const Measurements = z.strictObject({
  rows: z.literal(ROWS),
  path: z.literal('bulk'),
  zoho: z.literal('fast'),
  'seconds.endToEnd': seconds,
  'seconds.load': seconds,
  'seconds.unchangedEndToEnd': seconds,
  'seconds.unchangedLoad': seconds,
  'seconds.unchangedByValuesEndToEnd': seconds,
  'seconds.unchangedByValuesLoad': seconds,
  'seconds.floor': seconds,
  'ratios.endToEnd': seconds,
  'ratios.load': seconds,
  'ratios.unchangedLoad': seconds,
  'ratios.unchangedByValuesLoad': seconds,
  floorBy: z.enum(['psql', 'pg-copy-streams']),
  workerPeakRssMb: z.number().positive(),
  apiCalls: z.int().positive(),
  credits: z.number().positive(),
  workflowEvents: z.int().positive(),
  historyBytes: z.int().positive(),
  node: z.literal(process.version),
  postgres: z.string().regex(/^\d+/),
});
/** So few rows say nothing of what is to be reached. */
const Verdict = z.strictObject({ figures: Measurements, reach: z.strictObject({}), held: z.strictObject({}) });

describe('npm run bench -- full-sync', function () {
  this.timeout(240_000);
  let scratch: string;

  beforeEach(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'pulse-bench-test-'));
    // PostgreSQL may run as another user.
    await chmod(scratch, 0o755);
  });

  afterEach(async () => {
    await rm(scratch, { recursive: true, force: true });
  });

  const startBench = (...options: string[]) => {
    const bench = spawn(process.execPath, ['--import=tsx', path.join(root, 'bench/main.ts'), ...options], {
      cwd: root,
      env: { ...process.env, TMPDIR: scratch },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = Promise.all([text(bench.stdout), text(bench.stderr)]);
    return { bench, end: () => endOf(bench, output) };
  };

  it('prints what it measured as one JSON object and leaves nothing behind', async () => {
    const { exitCode, stdout, stderr } = await startBench(
      ...['full-sync', '--rows', `${ROWS}`, '--path', 'bulk', '--json'],
    ).end();

    assert.equal(exitCode, 0, stderr);
    const { figures } = Verdict.parse(JSON.parse(stdout));
    assert.ok(figures['seconds.load'] <= figures['seconds.endToEnd']);
    assert.ok(figures['seconds.unchangedLoad'] <= figures['seconds.unchangedEndToEnd']);
    assert.deepEqual(await benchFolders(scratch), []);
  });

  it('stops everything and leaves nothing behind when it is interrupted during a sync', async () => {
    const { bench, end } = startBench('full-sync', '--rows', `${ROWS}`);
    for await (const [chunk] of on(bench.stderr, 'data')) {
      if (String(chunk).includes('Full sync of')) break;
    }

    bench.kill('SIGINT');

    const { exitCode } = await end();
    assert.equal(exitCode, 130);
    assert.deepEqual(await benchFolders(scratch), []);
  });

  it('explains itself when it is not understood', async () => {
    const { exitCode, stdout, stderr } = await startBench('full-sync', '--rows', 'many').end();

    assert.equal(exitCode, 2);
    assert.match(stderr, /--rows takes a number of rows, not "many"[^]*Usage:/);
    assert.equal(stdout, '');
  });
});

async function endOf(bench: ChildProcess, output: Promise<[string, string]>) {
  const [exitCode] = (await once(bench, 'close')) as [number | null];
  const [stdout, stderr] = await output;
  return { exitCode, stdout, stderr };
}

async function benchFolders(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('pulse-bench-'));
}

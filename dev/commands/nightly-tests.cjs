'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { report, runMocha, runTests, temporalServerPath } = require('./run-tests.cjs');

/** Tests that do more by night, beside the model. */
const OTHER_TESTS = ['test/chaos/at-least-once', 'test/chaos/housekeeping-lost.test.ts', 'test/e2e/contract.test.ts'];
const SEEDS = 300;
/** Seeds that one process plays, so that whatever it keeps of them, and whatever ends it, is bounded. */
const SEEDS_A_PROCESS = 10;

/**
 * More than `npm test` does: longer deliveries of an end of an activity one by one and a longer play of the contract, then
 * the model by `PULSE_MODEL_SEEDS` seeds.
 * @param {string[]} extra mocha's own arguments.
 * @returns {Promise<number>} mocha's exit code; the first that is not 0.
 */
async function runNightlyTests(root, extra) {
  process.env.PULSE_NIGHTLY ??= 'true';
  const others = await runTests(root, [...OTHER_TESTS, ...extra]);
  const temporal = temporalServerPath(root);
  if (temporal === undefined) return 1;
  const number = Number(process.env.PULSE_MODEL_SEEDS ?? SEEDS);
  const seeds = Array.from({ length: number }, (_, place) => place + 1);
  const file = path.join(root, '.pulse', 'model', new Date().toISOString().replaceAll(':', '-') + '.jsonl');
  const played = await playSeeds(root, { seeds, file, temporal, seedsAProcess: SEEDS_A_PROCESS });
  return others === 0 ? played : others;
}

/**
 * Plays seeds of the model, some in a process and one process after the other. A seed that fails, or takes its process
 * along, keeps none of the other processes from their seeds.
 * @param {string} file takes a line of JSON for each seed as it ends, and for each process with what its seeds did.
 * @returns {Promise<number>} the first exit code that is not 0.
 */
async function playSeeds(root, { seeds, file, temporal, seedsAProcess }) {
  const configuration = JSON.parse(fs.readFileSync(path.join(root, '.mocharc.json'), 'utf8'));
  const spec = [path.join('test', 'model', '**', path.basename(configuration.spec[0]))];
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.writeFileSync(file, '');
  const results = [];
  for (let first = 0; first < seeds.length; first += seedsAProcess) {
    const slice = seeds.slice(first, first + seedsAProcess);
    const env = { PULSE_MODEL_SEED: slice.join(), PULSE_MODEL_RESULTS: file };
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pulse-mocha-'));
    try {
      const run = { configuration: { ...configuration, spec }, folder, temporal, options: [], isFirst: true, env };
      const result = await runMocha(root, run);
      results.push(result);
      noteUnplayed(file, slice, result.code);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }
  const failed = linesOf(file).filter(({ seed, outcome }) => seed !== undefined && outcome !== 'right');
  for (const { seed, outcome } of failed) {
    console.log('Seed ' + seed + ' ' + outcome + '. Replay: PULSE_MODEL_SEED=' + seed + ' npm test -- test/model');
  }
  console.log('What each seed came to: ' + file);
  return report(results);
}

/** Notes the seeds that had no end when their process had one. */
function noteUnplayed(file, slice, code) {
  const ended = new Set(linesOf(file).map(({ seed }) => seed));
  for (const seed of slice) {
    if (ended.has(seed)) continue;
    fs.appendFileSync(file, JSON.stringify({ seed, outcome: 'did not end: its process ended with ' + code }) + '\n');
  }
}

function linesOf(file) {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line));
}

module.exports = { runNightlyTests, playSeeds };

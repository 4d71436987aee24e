'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { runToEnd } = require('./run-to-end.cjs');

/**
 * Folders whose tests mostly wait for processes that start, die and come back. Each list runs beside all others: each
 * mocha has servers of its own, and one of them alone leaves half the machine idle.
 */
const WAITING = [['e2e'], ['chaos', 'model']];

/**
 * Runs mocha with the Temporal server's path in TEMPORAL_CLI, and closes with one line: `N passed, N failed`. The whole
 * suite is three runs side by side; what the others print comes after the first.
 * @param {string[]} extra mocha's own arguments; test files among them replace the configured ones.
 * @returns {Promise<number>} mocha's exit code; the first that is not 0.
 */
async function runTests(root, extra) {
  const temporal = temporalServerPath(root);
  if (temporal === undefined) return 1;
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'pulse-mocha-'));
  try {
    const runs = runsOf(root, extra).map((configuration, index) => {
      const folder = path.join(scratch, String(index));
      fs.mkdirSync(folder);
      return runMocha(root, { configuration, folder, temporal, options: optionsIn(root, extra), isFirst: index === 0 });
    });
    const results = await Promise.all(runs);
    return report(results);
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
}

/** Mocha's configuration of each run. Files on its command line would be added to those of the configuration. */
function runsOf(root, extra) {
  const configuration = JSON.parse(fs.readFileSync(path.join(root, '.mocharc.json'), 'utf8'));
  const [pattern] = configuration.spec;
  const filePattern = path.basename(pattern);
  const files = extra.filter((argument) => isTestFile(root, argument));
  if (files.length > 0) {
    const isFolder = (file) => fs.statSync(path.resolve(root, file)).isDirectory();
    const spec = files.map((file) => (isFolder(file) ? path.join(file, '**', filePattern) : file));
    return [{ ...configuration, spec }];
  }
  const waiting = WAITING.map((folders) => folders.map((folder) => path.join('test', folder, '**', filePattern)));
  return [{ ...configuration, ignore: waiting.flat() }, ...waiting.map((spec) => ({ ...configuration, spec }))];
}

function isTestFile(root, argument) {
  return /\.ts$/.test(argument) || fs.existsSync(path.resolve(root, argument));
}

function optionsIn(root, extra) {
  return extra.filter((argument) => !isTestFile(root, argument));
}

/** @returns its exit code, its counts, and the file with what it printed, if that is not on the terminal already */
async function runMocha(root, { configuration, folder, temporal, options, isFirst, env = {} }) {
  const [config, counts, output] = ['mocharc.json', 'counts.json', 'output'].map((name) => path.join(folder, name));
  fs.writeFileSync(config, JSON.stringify(configuration));
  const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const reporter = path.join(__dirname, 'counting-reporter.cjs');
  const descriptor = isFirst ? 'inherit' : fs.openSync(output, 'w');
  const code = await runToEnd(process.execPath, [mocha, '--reporter', reporter, '--config', config, ...options], {
    cwd: root,
    env: { ...process.env, TEMPORAL_CLI: temporal, PULSE_TEST_COUNTS: counts, ...env },
    stdio: ['inherit', descriptor, descriptor],
  });
  return { code, ...readCounts(counts), output: isFirst ? undefined : output };
}

/** Prints what is not on the terminal yet, then the counts of all runs. */
function report(results) {
  for (const { output } of results) if (output) process.stdout.write(fs.readFileSync(output));
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, { code, failed }) => sum + (code !== 0 && failed === 0 ? 1 : failed), 0);
  console.log(passed + ' passed, ' + failed + ' failed');
  return results.map(({ code }) => code).find((code) => code !== 0) ?? 0;
}

function temporalServerPath(root) {
  const resolver = path.join(root, 'scripts', 'temporal-server.ts');
  const found = spawnSync(process.execPath, ['--import=tsx', resolver], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** There are none when mocha ended before its first test. */
function readCounts(countsFile) {
  return fs.existsSync(countsFile) ? JSON.parse(fs.readFileSync(countsFile, 'utf8')) : { passed: 0, failed: 0 };
}

module.exports = { report, runMocha, runTests, runsOf, temporalServerPath };

'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { runToEnd } = require('./run-to-end.cjs');

/**
 * Runs mocha with the Temporal server's path in TEMPORAL_CLI, and closes with one line: `N passed, N failed`.
 * @param {string[]} extra mocha's own arguments; test files among them replace the configured ones.
 * @returns {Promise<number>} mocha's exit code.
 */
async function runTests(root, extra) {
  const temporal = temporalServerPath(root);
  if (temporal === undefined) return 1;
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'pulse-mocha-'));
  try {
    return await runMocha(root, extra, { scratch, temporal });
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
}

async function runMocha(root, extra, { scratch, temporal }) {
  const countsFile = path.join(scratch, 'counts.json');
  const code = await runToEnd(process.execPath, mochaArguments(root, extra, scratch), {
    cwd: root,
    env: { ...process.env, TEMPORAL_CLI: temporal, PULSE_TEST_COUNTS: countsFile },
  });
  const { passed, failed } = readCounts(countsFile);
  console.log(passed + ' passed, ' + (code !== 0 && failed === 0 ? 1 : failed) + ' failed');
  return code;
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

/** Mocha adds files named on the command line to those of its configuration file; here they replace them. */
function mochaArguments(root, extra, scratch) {
  const reporter = path.join(__dirname, 'counting-reporter.cjs');
  const base = [path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), '--reporter', reporter];
  const isTestFile = (argument) => /\.ts$/.test(argument) || fs.existsSync(path.resolve(root, argument));
  if (!extra.some(isTestFile)) return [...base, ...extra];
  const { spec, ...configuration } = JSON.parse(fs.readFileSync(path.join(root, '.mocharc.json'), 'utf8'));
  const folderPattern = path.basename(spec[0]);
  const files = extra
    .filter(isTestFile)
    .map((file) => (fs.statSync(path.resolve(root, file)).isDirectory() ? path.join(file, '**', folderPattern) : file));
  const configFile = path.join(scratch, 'mocharc.json');
  fs.writeFileSync(configFile, JSON.stringify({ ...configuration, spec: files }));
  return [...base, '--config', configFile, ...extra.filter((argument) => !isTestFile(argument))];
}

/** There are none when mocha ended before its first test. */
function readCounts(countsFile) {
  return fs.existsSync(countsFile) ? JSON.parse(fs.readFileSync(countsFile, 'utf8')) : { passed: 0, failed: 0 };
}

module.exports = { runTests };

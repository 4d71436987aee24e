'use strict';

/**
 * Entry of every npm script: `node scripts/run.cjs <install|start|test|test:nightly|test:soak|...> [arguments]`.
 *
 * Needs nothing but Node. Prepares a bare clone (dependencies, compiled code, the Temporal server for the tests), then
 * runs the command, forwards signals and keeps its exit code.
 */

const MINIMUM_NODE = [20, 19];

const versionParts = process.versions.node.split('.').map(Number);
if (versionParts[0] < MINIMUM_NODE[0] || (versionParts[0] === MINIMUM_NODE[0] && versionParts[1] < MINIMUM_NODE[1])) {
  console.error('Node ' + MINIMUM_NODE.join('.') + ' or newer is needed; this is ' + process.versions.node + '.');
  process.exit(1);
}
if (process.platform === 'win32') {
  console.error('Windows is supported through WSL 2: run the same command inside it.');
  process.exit(1);
}

const path = require('node:path');
const { compileAssembly } = require('../dev/commands/assembly.cjs');
const { runMutationTests } = require('../dev/commands/mutation-tests.cjs');
const { runNightlyTests } = require('../dev/commands/nightly-tests.cjs');
const { installDependencies, compile } = require('../dev/commands/prepare.cjs');
const { runTests } = require('../dev/commands/run-tests.cjs');
const { runToEnd } = require('../dev/commands/run-to-end.cjs');

const root = path.resolve(__dirname, '..');

const TESTS = ['test', 'test:nightly', 'test:soak', 'test:mutation'];
/** Eight weeks of an organization in minutes; no part of the other tests. */
const SOAK = 'test/soak/soak.ts';

const COMPILED = {
  start: 'dist/scripts/start.js',
  migrate: 'dist/src/bin/migrate.js',
  simulator: 'dist/simulator/main.js',
  bench: 'dist/bench/main.js',
  pulse: 'dist/src/bin/pulse.js',
};

async function main() {
  const [command, ...rest] = process.argv.slice(2);
  const commands = ['install', ...TESTS, ...Object.keys(COMPILED)];
  if (!commands.includes(command)) {
    console.error('Usage: node scripts/run.cjs <' + commands.join('|') + '> [arguments]');
    return 2;
  }
  await installDependencies(root);
  if (command === 'install') return 0;
  if (command === 'test:mutation') return runMutationTests(root, rest);
  if (TESTS.includes(command)) {
    await compileAssembly(root);
    if (command === 'test:soak') return runTests(root, [SOAK, ...rest]);
    return command === 'test' ? runTests(root, rest) : runNightlyTests(root, rest);
  }
  await compile(root);
  return runToEnd(process.execPath, ['--enable-source-maps', path.join(root, COMPILED[command]), ...rest], {
    cwd: root,
  });
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);

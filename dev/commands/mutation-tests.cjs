'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { compileAssembly } = require('./assembly.cjs');
const { plantFaults } = require('./planted-faults.cjs');
const { installDependencies } = require('./prepare.cjs');
const { runToEnd } = require('./run-to-end.cjs');

/** Chosen faults, planted one by one, instead of all the changes that Stryker can think of. */
const PLANTED = 'planted';

/**
 * Changes the code of a part and tells which changes no test notices, see mutation/README.md.
 * @param {string[]} extra the part, then Stryker's own arguments.
 * @returns {Promise<number>} 1 for a score below the part's threshold, or a planted fault that no test notices.
 */
async function runMutationTests(root, [part, ...extra]) {
  const room = path.join(root, 'mutation');
  const configuration = path.join(room, part + '.json');
  if (part === PLANTED) {
    await compileAssembly(root);
    return plantFaults(root, JSON.parse(fs.readFileSync(configuration, 'utf8')));
  }
  const parts = [...partsIn(room), PLANTED];
  if (!parts.includes(part)) {
    console.error('Usage: npm run test:mutation -- <' + parts.join('|') + "> [--mutate '<files>'] [...]");
    return 2;
  }
  await installDependencies(room);
  await compileAssembly(root);
  const stryker = path.join(room, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  const scratch = scratchFolder();
  try {
    const env = { ...process.env, TMPDIR: scratch };
    return await runToEnd(process.execPath, [stryker, 'run', configuration, ...extra], { cwd: root, env });
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * A place for what tests leave behind when Stryker kills the process they run in, such as the data of PostgreSQL: it
 * serves all mutants that a process tries, and is killed with it.
 */
function scratchFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pulse-mutation-'));
  // PostgreSQL's own user has to get through.
  fs.chmodSync(folder, 0o711);
  return folder;
}

/** Names of the parts: each has a configuration of Stryker and one of mocha. */
function partsIn(room) {
  return fs
    .readdirSync(room)
    .filter((name) => name.endsWith('.mocharc.json'))
    .map((name) => name.replace('.mocharc.json', ''));
}

module.exports = { runMutationTests };

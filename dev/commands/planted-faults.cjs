'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** Entries that a copy of the project does without, or takes from the original. */
const LEFT_OUT = ['.git', '.pulse', 'dist', 'node_modules'];
const KEPT_LINES = 40;

/**
 * Plants one fault after the other in a copy of the project, and tells which test notices it, see mutation/README.md.
 * @param {Record<string, Fault>} faults by what each does.
 * @returns {Promise<number>} 0 if the tests pass without a fault, and some test fails with each of them.
 */
async function plantFaults(root, faults) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'pulse-planted-'));
  try {
    // PostgreSQL's own user has to get through.
    fs.chmodSync(scratch, 0o711);
    copyProject(root, scratch);
    return await plantEach(scratch, faults);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function plantEach(copy, faults) {
  const all = [...new Set(Object.values(faults).flatMap(({ tests }) => tests))];
  const sound = await runTests(copy, all);
  if (sound.code !== 0) {
    console.error('The tests fail without any fault:\n' + sound.output.slice(-KEPT_LINES).join('\n'));
    return 1;
  }
  let missed = 0;
  for (const [name, fault] of Object.entries(faults)) {
    const file = path.join(copy, fault.file);
    const source = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, planted(source, name, fault));
    const { code, failed } = await runTests(copy, fault.tests);
    fs.writeFileSync(file, source);
    const isNoticed = code !== 0 && failed.length > 0;
    if (!isNoticed) missed += 1;
    console.log(
      (isNoticed ? 'noticed  ' : 'MISSED   ') + name + failed.map((title) => '\n           by: ' + title).join(''),
    );
  }
  return missed === 0 ? 0 : 1;
}

/** @throws Error unless the code that the fault changes is there, once. */
function planted(source, name, { file, from, to }) {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(file + ' has "' + from + '" ' + (parts.length - 1) + ' times: ' + name);
  return parts.join(to);
}

function copyProject(root, copy) {
  for (const entry of fs.readdirSync(root)) {
    if (!LEFT_OUT.includes(entry)) fs.cpSync(path.join(root, entry), path.join(copy, entry), { recursive: true });
  }
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  fs.cpSync(path.join(root, 'dist', 'assembly'), path.join(copy, 'dist', 'assembly'), { recursive: true });
}

/** @returns mocha's exit code, the titles of the tests that failed, and what it printed */
function runTests(copy, tests) {
  const mocha = path.join(copy, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const configuration = path.join(copy, '.planted.json');
  const all = JSON.parse(fs.readFileSync(path.join(copy, '.mocharc.json'), 'utf8'));
  fs.writeFileSync(configuration, JSON.stringify({ ...all, spec: tests, reporter: 'tap' }));
  const child = spawn(process.execPath, [mocha, '--config', configuration], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const output = text.split('\n');
      const failed = output.flatMap((line) => /^not ok \d+ (.*)$/.exec(line)?.[1] ?? []);
      resolve({ code, failed, output });
    });
  });
}

module.exports = { plantFaults, planted };

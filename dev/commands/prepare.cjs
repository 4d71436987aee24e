'use strict';

const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { withFileLock } = require('../processes/file-lock.cjs');

const SOURCES = [
  'assembly',
  'src',
  'simulator',
  'scripts',
  'dev',
  'bench',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

/** Installs what package-lock.json names, unless exactly that is installed already. */
async function installDependencies(root) {
  if (dependenciesMatch(root)) return;
  await withPrepareLock(root, async () => {
    if (dependenciesMatch(root)) return;
    console.log('Installing dependencies, about half a minute (log: .pulse/logs/npm-ci.log)');
    await runQuietly(root, 'npm-ci', ['ci', '--include=dev', '--no-audit', '--no-fund']);
  });
}

/** Compiles to dist/ and bundles the workflows, unless dist/ was made from exactly these sources. */
async function compile(root) {
  const stamp = path.join(root, 'dist', '.sources');
  if (readIfThere(stamp) === fingerprint(root)) return;
  await withPrepareLock(root, async () => {
    const sources = fingerprint(root);
    if (readIfThere(stamp) === sources) return;
    console.log('Compiling (log: .pulse/logs/build.log)');
    fs.rmSync(stamp, { force: true });
    await runQuietly(root, 'build', ['run', 'build']);
    removeOutputsWithoutSource(root, path.join(root, 'dist'));
    fs.writeFileSync(stamp, sources);
  });
}

/** Keeps two commands that are started at once from installing or compiling into the same folders. */
function withPrepareLock(root, work) {
  const lock = path.join(root, '.pulse', 'prepare.lock');
  return withFileLock(lock, work, ({ pid }) =>
    console.log('Waiting for process ' + pid + ', which prepares this folder (' + lock + ').'),
  );
}

/**
 * Compares npm's record of node_modules with the lock file. Packages of other platforms are in the lock file only, and
 * optional.
 */
function dependenciesMatch(root) {
  const installedText = readIfThere(path.join(root, 'node_modules', '.package-lock.json'));
  if (installedText === undefined) return false;
  const installed = JSON.parse(installedText).packages;
  const wanted = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const allAsWanted = Object.entries(wanted).every(([name, entry]) => {
    if (name === '') return true;
    const found = installed[name];
    return found ? found.version === entry.version : entry.optional === true || entry.devOptional === true;
  });
  return allAsWanted && Object.keys(installed).every((name) => wanted[name] !== undefined);
}

function fingerprint(root) {
  const hash = crypto.createHash('sha256');
  for (const source of SOURCES) {
    for (const file of filesUnder(path.join(root, source))) {
      const { size, mtimeMs } = fs.statSync(file);
      hash.update(path.relative(root, file) + ':' + size + ':' + mtimeMs + '\n');
    }
  }
  return hash.digest('hex');
}

function filesUnder(entry) {
  if (!fs.existsSync(entry)) return [];
  if (!fs.statSync(entry).isDirectory()) return [entry];
  return fs
    .readdirSync(entry)
    .sort()
    .flatMap((name) => filesUnder(path.join(entry, name)));
}

/** Removes output of deleted or renamed sources from dist/: a stale migration would still be run. */
function removeOutputsWithoutSource(root, dist) {
  for (const output of filesUnder(dist)) {
    const script = path.join(root, path.relative(dist, output)).replace(/\.map$/, '');
    const source = script.replace(/\.js$/, '.ts');
    const compiled = /\.c?js$/.test(script) && path.basename(output) !== 'workflow-bundle.js';
    if (compiled && !fs.existsSync(source)) fs.rmSync(output);
  }
}

/** Runs npm with its output in a log file; on failure rejects with the end of the log. */
function runQuietly(root, name, npmArguments) {
  const logFile = path.join(root, '.pulse', 'logs', name + '.log');
  fs.mkdirSync(path.dirname(logFile), { recursive: true, mode: 0o700 });
  const log = fs.openSync(logFile, 'w', 0o600);
  const insideNpm = process.env.npm_execpath && /npm-cli\.[cm]?js$/.test(process.env.npm_execpath);
  const [program, prefix] = insideNpm ? [process.execPath, [process.env.npm_execpath]] : ['npm', []];
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...prefix, ...npmArguments], { cwd: root, stdio: ['ignore', log, log] });
    child.once('error', (error) => reject(new Error('Cannot run npm: ' + error.message)));
    child.once('exit', (code) => {
      fs.closeSync(log);
      if (code === 0) return resolve();
      const end = fs.readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-30).join('\n');
      reject(new Error(end + '\n\nnpm ' + npmArguments.join(' ') + ' failed; the whole log is ' + logFile));
    });
  });
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

module.exports = { installDependencies, compile, dependenciesMatch };

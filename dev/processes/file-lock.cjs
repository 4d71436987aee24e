// @ts-check
'use strict';

// JavaScript, because the commands that install TypeScript take this lock, too.

const { createHash, randomBytes } = require('node:crypto');
const { rmSync } = require('node:fs');
const { link, mkdir, readFile, rm, writeFile } = require('node:fs/promises');
const path = require('node:path');
const { identifyProcess, isRunning } = require('./process-identity.cjs');

/** @typedef {import('./process-identity.cjs').ProcessIdentity} ProcessIdentity */
/** @typedef {{ release(): Promise<void> }} FileLock */

const POLL_MS = 200;
/** Pause while another process removes a dead holder's file, which takes microseconds. */
const REMOVAL_MS = 5;
/** Placeholder for the holder of a damaged lock file, as a power failure may leave it. */
const UNREADABLE = 'unreadable';

/**
 * Takes the lock file for this process, or returns the process that holds it. A holder that no longer runs loses the
 * lock. The file appears by hard link, at once and whole, so nobody reads it without its holder.
 * @param {string} file
 * @returns {Promise<FileLock | ProcessIdentity>}
 */
async function tryFileLock(file) {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const claim = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  await writeFile(claim, JSON.stringify(identifyProcess(process.pid)), { mode: 0o644 });
  try {
    for (;;) {
      if (await linked(claim, file)) return heldLock(file);
      const holder = await readHolder(file);
      if (holder === undefined) continue;
      if (holder !== UNREADABLE && isRunning(holder)) return holder;
      await removeDead(file, holder);
    }
  } finally {
    await rm(claim, { force: true });
  }
}

/**
 * Runs `work` under the lock, waiting for it as long as its holder lives.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(holder: ProcessIdentity) => void} [onWait] called once, with the holder, when the lock is taken
 * @returns {Promise<T>}
 */
async function withFileLock(file, work, onWait) {
  let waited = false;
  for (;;) {
    const lock = await tryFileLock(file);
    if ('release' in lock) {
      try {
        return await work();
      } finally {
        await lock.release();
      }
    }
    if (!waited) onWait?.(lock);
    waited = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * A lock that `process.exit` releases, too.
 * @param {string} file
 * @returns {FileLock}
 */
function heldLock(file) {
  const releaseNow = () => rmSync(file, { force: true });
  process.once('exit', releaseNow);
  return {
    release: async () => {
      process.off('exit', releaseNow);
      await rm(file, { force: true });
    },
  };
}

/**
 * @param {string} claim
 * @param {string} file
 */
async function linked(claim, file) {
  try {
    await link(claim, file);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * @param {string} file
 * @returns {Promise<ProcessIdentity | typeof UNREADABLE | undefined>} undefined when nobody holds the lock
 */
async function readHolder(file) {
  try {
    const holder = JSON.parse(await readFile(file, 'utf8'));
    return typeof holder?.pid === 'number' && typeof holder.startedAt === 'string' ? holder : UNREADABLE;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : UNREADABLE;
  }
}

/**
 * Removes the file of a dead holder, under a second lock named after that holder: of all processes that saw it only one
 * checks and removes at a time, so a lock that another process has taken meanwhile stays.
 * @param {string} file
 * @param {ProcessIdentity | typeof UNREADABLE} dead
 */
async function removeDead(file, dead) {
  const name = createHash('sha256').update(JSON.stringify(dead)).digest('hex').slice(0, 16);
  const removal = await tryFileLock(`${file}.${name}`);
  if (!('release' in removal)) {
    await new Promise((resolve) => setTimeout(resolve, REMOVAL_MS));
    return;
  }
  try {
    const holder = await readHolder(file);
    if (JSON.stringify(holder) === JSON.stringify(dead)) await rm(file, { force: true });
  } finally {
    await removal.release();
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

module.exports = { tryFileLock, withFileLock };

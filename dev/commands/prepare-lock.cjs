'use strict';

const fs = require('node:fs');
const path = require('node:path');

const POLL_MS = 200;

/**
 * Runs `work` while this process alone holds the lock file, so that two commands started at once do not install or
 * compile into the same folders. The file carries the holder's pid; a holder that died loses it.
 */
async function withPrepareLock(root, work) {
  const lock = path.join(root, '.pulse', 'prepare.lock');
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  const claim = lock + '.' + process.pid;
  fs.writeFileSync(claim, String(process.pid));
  let announced = false;
  try {
    while (!tryLink(claim, lock)) {
      removeIfHolderDied(lock, claim);
      if (!announced)
        console.log('Waiting for process ' + readHolder(lock) + ', which prepares this folder (' + lock + ').');
      announced = true;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    fs.rmSync(claim, { force: true });
  }
  const release = () => fs.rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** A hard link appears at once and whole: nobody ever reads a lock file without its pid. */
function tryLink(claim, lock) {
  try {
    fs.linkSync(claim, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * Under a lock of its own that bears the dead holder's pid: of all who have seen that holder only one judges and removes
 * at a time, so the file of whoever holds the lock by then stays. Who died while removing loses that lock the same way.
 */
function removeIfHolderDied(lock, claim) {
  const holder = readHolder(lock);
  if (isAlive(holder)) return;
  const removal = lock + '.removal.' + holder;
  if (!tryLink(claim, removal)) {
    removeIfHolderDied(removal, claim);
    return;
  }
  try {
    if (readHolder(lock) === holder) fs.rmSync(lock, { force: true });
  } finally {
    fs.rmSync(removal, { force: true });
  }
}

function readHolder(file) {
  try {
    return Number(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return process.pid;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

module.exports = { withPrepareLock };

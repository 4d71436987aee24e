// @ts-check
'use strict';

const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');

/**
 * One process, not one pid: pids are reused, a pid with its start time is not. The program is no part of it: a process
 * may become another program, as a wrapper script does. `startedAt` is opaque; on Linux it is the boot's id and the
 * clock tick of that boot.
 * @typedef {{ readonly pid: number; readonly startedAt: string }} ProcessIdentity
 */

/**
 * The process that has this pid now; undefined when there is none (a zombie counts as none).
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
function identifyProcess(pid) {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

/**
 * True while exactly this process runs.
 * @param {ProcessIdentity} identity
 * @returns {boolean}
 */
function isRunning(identity) {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt;
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
function identifyByProc(pid) {
  let stat;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field, the name in brackets, may itself hold spaces and brackets.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { pid, startedAt: `${boot}/${rest[18] ?? ''}` };
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
function identifyByPs(pid) {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state, ...startedAt] = line.split(/\s+/);
    return state?.startsWith('Z') === false ? { pid, startedAt: startedAt.join(' ') } : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { identifyProcess, isRunning };

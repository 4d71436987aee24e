'use strict';

const { spawn } = require('node:child_process');
const os = require('node:os');
const { clearInterval, setInterval } = require('node:timers');

const PARENT_CHECK_MS = 500;

/**
 * Runs a program on this terminal until it ends, passing signals on to it.
 * @returns {Promise<number>} its exit code; 128 + n when signal n ended it, as shells count.
 */
function runToEnd(program, programArguments, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArguments, { stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const parentCheck = whenNpmsShellEnds(() => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(parentCheck);
      for (const name of signals) process.off(name, forward);
      resolve(signal ? 128 + os.constants.signals[signal] : code);
    });
  });
}

/** Calls back when npm's shell has ended: a SIGTERM to npm ends both, and neither passes it on to this process. */
function whenNpmsShellEnds(callback) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const shell = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(check);
    callback();
  }, PARENT_CHECK_MS);
  return check;
}

module.exports = { runToEnd };

'use strict';

const fs = require('node:fs');
const { reporters } = require('mocha');

/** Mocha's spec reporter that also writes its counts to the file named by PULSE_TEST_COUNTS. */
class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures } = this.stats;
      fs.writeFileSync(process.env.PULSE_TEST_COUNTS, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
}

module.exports = CountingReporter;

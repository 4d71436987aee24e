'use strict';

/** `node scripts/compile-assembly.cjs`: compiles assembly/ to dist/assembly/copy-rows.wasm, if its sources changed. */

const path = require('node:path');
const { compileAssembly } = require('../dev/commands/assembly.cjs');

compileAssembly(path.resolve(__dirname, '..')).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

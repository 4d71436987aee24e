'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

/** Compiler options, without a garbage collector: the code only moves bytes in memory that its host gives it. */
const OPTIONS = [
  '--runtime',
  'stub',
  '--use',
  'abort=',
  '--enable',
  'simd',
  '--optimizeLevel',
  '3',
  '--shrinkLevel',
  '0',
];

/**
 * Compiles assembly/ to dist/assembly/copy-rows.wasm, unless that was made from exactly these sources.
 * @throws Error with the compiler's messages
 */
async function compileAssembly(root) {
  const outFile = path.join(root, 'dist', 'assembly', 'copy-rows.wasm');
  const stamp = outFile + '.sources';
  const sources = fingerprint(root);
  if (fs.existsSync(outFile) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === sources) return;
  fs.rmSync(stamp, { force: true });
  fs.mkdirSync(path.dirname(outFile), { recursive: true });
  const { default: asc } = await import('assemblyscript/asc');
  const entry = path.join('assembly', 'index.ts');
  const { error, stderr } = await asc.main([
    entry,
    '--baseDir',
    root,
    '--outFile',
    path.relative(root, outFile),
    ...OPTIONS,
  ]);
  if (error) throw new Error(error.message + '\n' + stderr.toString());
  fs.writeFileSync(stamp, sources);
}

function fingerprint(root) {
  const folder = path.join(root, 'assembly');
  const hash = crypto.createHash('sha256').update(OPTIONS.join(' '));
  hash.update(fs.readFileSync(path.join(root, 'node_modules', 'assemblyscript', 'package.json')));
  for (const name of fs.readdirSync(folder).sort())
    hash.update(name + '\n').update(fs.readFileSync(path.join(folder, name)));
  return hash.digest('hex');
}

module.exports = { compileAssembly };

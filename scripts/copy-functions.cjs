'use strict';

/** `node scripts/copy-functions.cjs`: copies the SQL functions beside the compiled migrations; the compiler leaves them. */

const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const folder = path.join('src', 'db', 'migrations', 'functions');

fs.rmSync(path.join(root, 'dist', folder), { recursive: true, force: true });
fs.cpSync(path.join(root, folder), path.join(root, 'dist', folder), { recursive: true });

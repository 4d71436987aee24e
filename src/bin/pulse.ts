#!/usr/bin/env node
import { runCli } from '../cli/program';

/** A reader that has what it wants, such as `head`, closes the pipe: that is no failure. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}

/** The exit code is only noted: a result that is still on its way into a pipe must arrive whole. */
void runCli(process.argv.slice(2), {
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
}).then((exitCode) => (process.exitCode = exitCode));

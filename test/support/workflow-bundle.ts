import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkerOptions } from '@temporalio/worker';
import { stopAfterAllTests } from './shared';

let bundling: Promise<string> | undefined;

/**
 * File with the workflows in one piece, as the build makes it. Every worker from source would make it anew, and that is
 * most of the processor time that its start takes.
 */
export function sharedWorkflowBundle(): Promise<string> {
  bundling ??= bundleWorkflows();
  return bundling;
}

async function bundleWorkflows(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pulse-test-bundle-'));
  stopAfterAllTests(() => rm(folder, { recursive: true, force: true }));
  const workflowsPath = require.resolve('../../src/workflows');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const file = path.join(folder, 'workflow-bundle.js');
  await writeFile(file, code);
  return file;
}

/** Options of a worker that takes the bundle instead of making it. */
export function withBundle(options: WorkerOptions, codePath: string): WorkerOptions {
  const { workflowsPath, ...others } = options;
  return workflowsPath === undefined ? options : { ...others, workflowBundle: { codePath } };
}

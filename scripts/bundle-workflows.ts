import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { projectRoot } from '../dev/project-root';

/** Bundles the compiled workflows into one file, so that a worker starts without webpack. */
async function bundleWorkflows(): Promise<void> {
  const dist = path.join(projectRoot(), 'dist');
  const workflowsPath = path.join(dist, 'src', 'workflows', 'index.js');
  if (!existsSync(workflowsPath)) throw new Error(`${workflowsPath} is missing: compile first, with npm run build.`);
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const bundle = path.join(dist, 'workflow-bundle.js');
  await writeFile(`${bundle}.new`, code);
  await rename(`${bundle}.new`, bundle);
}

bundleWorkflows().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

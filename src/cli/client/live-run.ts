import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { API_PREFIX } from '../../api/paths';

/** Parts of `run.json`, which `npm start` keeps while everything runs. */
const Run = z.object({
  addresses: z.record(z.string(), z.string()),
  children: z.array(
    z.object({ name: z.string(), identity: z.object({ pid: z.int().positive(), startedAt: z.string() }) }),
  ),
});

/** Origin at which the control API of the `npm start` with this home answers; undefined while it does not run. */
export function liveApi(home: string): string | undefined {
  const run = readRun(path.join(home, 'run.json'));
  const api = run?.children.find(({ name }) => name === 'API');
  if (!run || !api || !isRunning(api.identity)) return undefined;
  // For people: the URL comes first.
  const [url = ''] = (run.addresses['Control API'] ?? '').split(/[\s"]/);
  return url.endsWith(API_PREFIX) && URL.canParse(url) ? new URL(url).origin : undefined;
}

function readRun(file: string): z.infer<typeof Run> | undefined {
  try {
    return Run.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether exactly this process runs: on Linux a number that was given to another one is told by its start. */
function isRunning({ pid, startedAt }: { pid: number; startedAt: string }): boolean {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name in brackets, may itself hold spaces and brackets.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return startedAt.endsWith(`/${started}`);
  } catch {
    return false;
  }
}

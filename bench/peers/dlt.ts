import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { projectRoot } from '../../dev/project-root';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN } from '../../simulator';
import type { KnownField } from '../../src/db/mirror/module-fields';
import type { BenchEnvironment } from '../environment';
import { MODULE } from '../session-run';
import { runTool } from './run-tool';
import type { Tool } from './tool';

const VERSION = '1.31.0';
const SCHEMA = 'dlt';
const TABLE = 'deals';

const run = promisify(execFile);

/** A Python that has dlt. */
export interface DltPython {
  python: string;
}

/** Makes a virtual environment with dlt, once. @returns why there is none, where Python or its registry cannot be had */
export async function prepareDlt(signal: AbortSignal): Promise<DltPython | { reason: string }> {
  const home = path.join(projectRoot(), '.pulse', 'bench-python');
  const python = path.join(home, 'bin', 'python');
  try {
    await run(python, ['-c', `import dlt; assert dlt.__version__ == "${VERSION}"`], { signal });
    return { python };
  } catch {
    signal.throwIfAborted();
  }
  try {
    await run('python3', ['-m', 'venv', home], { signal });
    await run(python, ['-m', 'pip', 'install', '--quiet', `dlt[postgres]==${VERSION}`], { signal });
    return { python };
  } catch (error) {
    signal.throwIfAborted();
    return { reason: (error as Error).message.split('\n')[0] ?? 'Python cannot be run' };
  }
}

const Token = z.object({ access_token: z.string() });

/** dlt's generic REST source: pages of records, merged by id. */
export async function runDlt(
  { zohoUrl, databaseUrl, home, signal }: BenchEnvironment,
  fields: readonly KnownField[],
  { python }: DltPython,
): Promise<Tool> {
  const answer = await fetch(`${zohoUrl}/oauth/v2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: DEMO_CLIENT_ID,
      client_secret: DEMO_CLIENT_SECRET,
      refresh_token: DEMO_REFRESH_TOKEN,
    }),
  });
  const settings = {
    zohoUrl,
    databaseUrl,
    token: Token.parse(await answer.json()).access_token,
    module: MODULE,
    schema: SCHEMA,
    table: TABLE,
    folder: path.join(home, 'dlt'),
    fields: fields.map(({ apiName }) => apiName),
  };
  return {
    run: () => runTool(python, path.join(projectRoot(), 'bench/peers/mirror_by_dlt.py'), settings, signal),
    table: { schema: SCHEMA, table: TABLE, columnOf: dltColumn },
  };
}

/** dlt writes names in lower case with underscores, and what an object holds behind two of them. */
function dltColumn({ apiName, shape }: KnownField): string {
  const name = apiName.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return shape === 'reference' ? `${name}__id` : name;
}

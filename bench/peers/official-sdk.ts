import path from 'node:path';
import { projectRoot } from '../../dev/project-root';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN } from '../../simulator';
import type { KnownField } from '../../src/db/mirror/module-fields';
import type { BenchEnvironment } from '../environment';
import { MODULE } from '../session-run';
import { runTool } from './run-tool';
import type { Tool } from './tool';

const SCHEMA = 'public';
const TABLE = 'sdk_deals';

/** Zoho's official Node SDK: pages of records, and an insert for each. */
export function runOfficialSdk(
  { zohoUrl, databaseUrl, signal }: BenchEnvironment,
  fields: readonly KnownField[],
): Tool {
  const settings = {
    zohoUrl,
    databaseUrl,
    table: TABLE,
    module: MODULE,
    client: { id: DEMO_CLIENT_ID, secret: DEMO_CLIENT_SECRET, refreshToken: DEMO_REFRESH_TOKEN },
    fields: fields.map(({ apiName, type }) => ({ name: apiName, type })),
  };
  return {
    run: () => runTool(process.execPath, path.join(projectRoot(), 'bench/peers/mirror-by-sdk.cjs'), settings, signal),
    table: { schema: SCHEMA, table: TABLE, columnOf: ({ apiName }) => apiName },
  };
}

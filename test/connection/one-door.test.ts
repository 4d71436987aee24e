import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const SOURCES = path.join(__dirname, '..', '..', 'src');
/** Ways to reach Zoho's API that bypass the permit or the ledger, and who else may mention them. */
const BYPASSES = [
  { what: 'creates a transport', pattern: /new ZohoTransport\(/ },
  { what: "takes a connection's access tokens", pattern: /\bDatabaseTokenSource\b/ },
  { what: 'takes a transport out of the pool', pattern: /\.(transport|withToken)\(/ },
  { what: 'writes the ledger', pattern: /\binsertLedgerEntries\(/, except: ['db/credits/api-ledger.ts'] },
] as const;

describe('callOrganization is the only door to an organization', () => {
  for (const { what, pattern, ...rest } of BYPASSES) {
    it(`nothing outside of connection/ ${what}`, async () => {
      const except: readonly string[] = 'except' in rest ? rest.except : [];

      const found = (await filesOutside()).filter(({ file, text }) => pattern.test(text) && !except.includes(file));

      assert.deepEqual(
        found.map(({ file }) => file),
        [],
      );
    });
  }
});

async function filesOutside(): Promise<{ file: string; text: string }[]> {
  const entries = await readdir(SOURCES, { recursive: true });
  const files = entries.filter((file) => file.endsWith('.ts') && !file.startsWith(`connection${path.sep}`));
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(path.join(SOURCES, file), 'utf8') })));
}

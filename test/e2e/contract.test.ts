import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Simulator, startSimulator } from '../../simulator';
import { createApiKey } from '../../src/db/access/api-keys';
import { useEngineApi } from '../support/engine-api';
import { resolveSchemathesis, runSchemathesis } from '../support/schemathesis';

/** Time that is spent on asking. */
const SECONDS = 60;
/** Time for the first installation, for the engine to start, and for asking. */
const ALL_MS = 480_000;

/** Requests find something: most name what is there. */
function settings(connection: string, session: string): string {
  return `
[dictionaries]
connection = { values = ["${connection}"] }
module = { values = ["Deals", "Contacts"] }
id = { values = ["${session}"] }

[parameters]
"path.id" = { dictionary = "id", probability = 0.6 }
"path.module" = { dictionary = "module", probability = 0.8 }
"query.connection" = { dictionary = "connection", probability = 0.8 }
"body.connection" = { dictionary = "connection", probability = 0.8 }
"body.module" = { dictionary = "module", probability = 0.8 }
`;
}

describe('the contract of the control API', function () {
  this.timeout(ALL_MS);
  let program = '';
  let folder = '';
  let simulator: Simulator;
  before(async function () {
    try {
      program = await resolveSchemathesis();
    } catch (error) {
      console.log(`      Not asked: ${(error as Error).message}`);
      this.skip();
    }
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-contract-'));
    simulator = await startSimulator({ deals: 1 });
  });
  const api = useEngineApi({}, () => ({ ZOHO_ACCOUNTS_URL: simulator.url }));
  after(async () => {
    await simulator?.close();
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  it('is kept, whatever is asked for that its document describes', async () => {
    const { engine, url } = api();
    const org = await engine.org({ deals: 20, contacts: 20 });
    const { id } = await org.fullSync('Deals');
    const { secret } = await createApiKey(engine.knex, { name: 'contract', role: 'admin' });
    const config = path.join(folder, 'schemathesis.toml');
    await writeFile(config, settings(org.name, id));

    const { passed, output } = await runSchemathesis(
      program,
      [
        ...['--config-file', config, 'run', `${url}/api/v1/openapi.json`],
        ...['--header', `Authorization: Bearer ${secret}`],
        ...['--max-time', String(SECONDS), '--phases', 'coverage,fuzzing', '--workers', '1', '--seed', '1'],
        // Many a rule is no schema's: which fields belong together, and what the organization has.
        ...['--exclude-checks', 'positive_data_acceptance'],
        ...['--continue-on-failure', '--no-shrink', '--no-color', '--generation-database', 'none'],
      ],
      folder,
    );

    assert.ok(passed, output);
  });
});

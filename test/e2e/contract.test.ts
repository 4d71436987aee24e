import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { METHODS } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Simulator, startSimulator } from '../../simulator';
import { createApiKey } from '../../src/db/access/api-keys';
import { resolveSchemathesis, runSchemathesis } from '../support/schemathesis';
import { useEngineApi } from '../support/use-engine';

/** Time that is spent on asking at most. */
const SECONDS = process.env['PULSE_NIGHTLY'] ? 300 : 45;
/** Requests at random for each route and method, after those that try every bound of its parameters. */
const EXAMPLES = 5;
/** The parser of Node 20.19 does not know the method QUERY: to it, that is no HTTP. */
const METHOD_CHECK = METHODS.includes('QUERY') ? '' : ',unsupported_method';
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

# What is too large is refused before it is read.
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, 431]
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
  const api = useEngineApi({}, () => ({
    ZOHO_ACCOUNTS_URL: simulator.url,
    // Requests without a key are to be refused for that, however many they are.
    PULSE_API_KEYLESS_PER_MINUTE: '100000',
  }));
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
        ...[
          '--max-time',
          String(SECONDS),
          '--max-examples',
          String(EXAMPLES),
          '--phases',
          'coverage,fuzzing',
          '--workers',
          '1',
          '--seed',
          '1',
        ],
        // Many a rule is no schema's: which fields belong together, and what the organization has.
        ...['--exclude-checks', `positive_data_acceptance${METHOD_CHECK}`],
        ...['--continue-on-failure', '--no-shrink', '--no-color', '--generation-database', 'none'],
      ],
      folder,
    );

    assert.ok(passed, output);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { claimMirror } from '../../src/db/mirror/mirrors';
import { NO_TEMPORAL, useApi } from '../api/support/api';
import { someConnection } from '../db/support';
import { pulse } from './support';

describe('pulse configs', () => {
  const api = useApi(() => NO_TEMPORAL);
  const configs = (...args: string[]) => pulse(api, ['configs', ...args], api.keys.admin);
  let folder: string;
  let connection: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pulse-configs-'));
    const org = await someConnection(api.knex);
    connection = org.name;
    await claimMirror(api.knex, org.id, { id: '11', apiName: 'Deals' });
    await claimMirror(api.knex, org.id, { id: '12', apiName: 'Leads' });
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function file(content: string): Promise<string> {
    const name = path.join(folder, 'configuration.yaml');
    await writeFile(name, content);
    return name;
  }
  const yaml = (more = '') => `
configName: ${connection}-deals
connection: ${connection}
moduleName: Deals
syncFrequencyMinutes: 30
${more}`;

  it('applies a file, once, and the changes of a later one', async () => {
    const first = await configs('apply', await file(yaml()));
    const again = await configs('apply', await file(yaml()));
    const changed = await configs('apply', await file(yaml('nightly: none')));
    const listed = await configs('list', '--connection', connection);

    assert.deepEqual(
      [first, again, changed].map(({ out }) => out),
      ['created', 'unchanged', 'replaced'].map((outcome) => `${connection}-deals: ${outcome}\n`),
      first.err + changed.err,
    );
    assert.match(listed.out, new RegExp(`${connection}-deals +${connection} +Deals +active +30 min +none +weekly`));
  });

  it('shows what apply would change', async () => {
    await configs('apply', await file(yaml()));

    const different = await configs('diff', await file(yaml('fieldSpecificResolutions: { Stage: local_wins }')));
    const same = await configs('diff', await file(yaml()));

    assert.equal(
      different.out,
      `${connection}-deals\n- fieldSpecificResolutions: {}\n+ fieldSpecificResolutions: {"Stage":"local_wins"}\n`,
    );
    assert.deepEqual([different.code, same.code, same.out], [1, 0, 'Nothing differs.\n']);
  });

  it('shows a configuration as a file that changes nothing', async () => {
    await configs('apply', await file(yaml('requiredFields: [Stage]')));

    const shown = await configs('show', `${connection}-deals`);

    assert.equal((await configs('diff', await file(shown.out))).code, 0, shown.out);
  });

  it('takes several of a file, as documents or as a list, in YAML or JSON', async () => {
    const leads = { configName: `${connection}-leads`, connection, moduleName: 'Leads' };

    const documents = await configs('apply', await file(`${yaml()}\n---\n${JSON.stringify(leads)}`));
    const list = await configs('apply', await file(JSON.stringify([{ ...leads, nightly: 'none' }])));

    assert.equal(documents.out, `${connection}-deals: created\n${connection}-leads: created\n`);
    assert.equal(list.out, `${connection}-leads: replaced\n`);
  });

  it('says what is wrong with a file, and when a right one would run', async () => {
    const wrong = await configs('validate', await file(yaml('nightly: often')));
    const right = await configs('validate', await file(yaml()));

    assert.deepEqual([wrong.code, right.code], [2, 0]);
    assert.match(wrong.out, /not valid\n {2}#\/nightly: Must be one of none, incremental, compare/);
    assert.match(right.out, /deals: valid\n[^]*incremental: 20[^]*credits a day: 336/);
  });

  it('refuses what is no configuration', async () => {
    const answers = [
      await configs('apply', await file('a: [1')),
      await configs('apply', await file('just words')),
      await configs('apply', await file('moduleName: Deals')),
      await configs('apply', path.join(folder, 'nothing.yaml')),
    ];

    assert.deepEqual(
      answers.map(({ code }) => code),
      [2, 2, 2, 2],
    );
  });

  it('prints what it deletes', async () => {
    await configs('apply', await file(yaml()));

    const deleted = await configs('delete', `${connection}-deals`);

    assert.match(deleted.out, /syncFrequencyMinutes: 30/);
    assert.equal((await configs('show', `${connection}-deals`)).code, 4);
    assert.equal((await configs('apply', await file(deleted.out))).code, 0);
  });
});

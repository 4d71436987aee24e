import assert from 'node:assert/strict';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useOrganization } from '../api/support/organization';
import { pulse, type Outcome } from './support';

describe('pulse modules, fields and records', () => {
  const org = useOrganization();
  let folder = '';
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'pulse-cli-'))));
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]): Promise<Outcome> => pulse(org.api, args, org.api.keys.operator);
  const asAdmin = (...args: string[]): Promise<Outcome> => pulse(org.api, args, org.api.keys.admin);
  let files = 0;
  function file(content: string | object): string {
    const name = path.join(folder, `${++files}.json`);
    writeFileSync(name, typeof content === 'string' ? content : JSON.stringify(content));
    return name;
  }
  async function inserted(more = ''): Promise<string> {
    const records = `[{"Deal_Name":"From the shell","Stage":"Qualification"${more}}]`;
    const { out } = await run('records', 'write', 'Deals', file(records), '--operation', 'insert', '--json');
    return (JSON.parse(out) as { outcomes: { id: string }[] }).outcomes[0]?.id ?? assert.fail(out);
  }
  const won = { field: 'Stage', type: 'picklist', operator: 'equals', values: ['Closed Won'] };

  it('lists modules and shows one', async () => {
    assert.match((await run('modules', 'list')).out, /^Deals +Deals +default +yes/m);
    assert.match((await run('modules', 'show', 'Deals')).out, /^bulk +yes$/m);
    assert.equal((await run('modules', 'show', 'Forbidden_Module', '--access', 'read')).code, 4);
  });

  it('lists fields and how many of the required ones are there', async () => {
    const { out } = await run('fields', 'list', 'Deals');

    assert.match(out, /^\d+ +Stage +Stage +picklist/m);
    assert.ok((await run('fields', 'list', 'Deals', '--no-custom')).out.length < out.length);
    assert.match((await run('fields', 'coverage', 'Deals')).out, /^\d+ of 18 required fields/);
  });

  it('creates a custom field, changes it and shows its history', async () => {
    const definition = file({ label: 'Shell size', dataType: 'text', length: 20 });
    const made = await asAdmin('fields', 'create', 'Deals', definition);
    const id = /^id +(\d+)$/m.exec(made.out)?.[1] ?? assert.fail(made.err);

    const changed = await asAdmin('fields', 'update', 'Deals', id, file({ length: 40 }));
    const history = await run('fields', 'history', 'Deals', '--field', id);

    assert.match(changed.out, /^outcome +succeeded$/m);
    assert.match(history.out, /update +\S+ +length +succeeded[^]*create +\S+ +label, /);
    assert.equal((await run('fields', 'create', 'Deals', definition)).code, 4);
  });

  it('lists records, a page or all of them', async () => {
    const page = await run('records', 'list', 'Deals', '--fields', 'Deal_Name', '--per-page', '5');
    const all = await run('records', 'list', 'Deals', '--fields', 'Deal_Name', '--per-page', '15', '--all', '--json');

    assert.match(page.out, /^id +Deal_Name\n/);
    assert.match(page.err, /--page-token \S+/);
    const pages = all.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { data: { id: string }[] });
    assert.ok(pages.length >= 3);
    assert.equal(
      new Set(pages.flatMap(({ data }) => data.map(({ id }) => id))).size,
      pages.flatMap(({ data }) => data).length,
    );
  });

  it('lists records with a few useful fields where none is named, and searches so', async () => {
    const listed = await run('records', 'list', 'Deals', '--per-page', '2');
    const searched = await run('records', 'search', 'Deals', '--criteria', file(won));

    for (const { out } of [listed, searched]) {
      const [heading = '', line = ''] = out.split('\n');
      assert.ok(heading.split(/ +/).length <= 7 && line.length < 7 * 42, heading);
    }
    assert.match(listed.out, /^id .*Deal_Name .*Stage/);
    assert.match(searched.err, /more fields: --fields/);
  });

  it('writes numbers and shows them digit by digit', async () => {
    const id = await inserted(',"Amount":1234567890123.45');

    assert.match((await run('records', 'get', 'Deals', id)).out, /^Amount +1234567890123\.45$/m);
    assert.match((await run('records', 'get', 'Deals', id, '--json')).out, /"Amount":1234567890123\.45\b/);
  });

  it('searches, queries and counts', async () => {
    const searched = await run('records', 'search', 'Deals', '--criteria', file(won), '--fields', 'Stage');
    const query = file({ select: ['Stage', 'Amount'], where: won });
    const queried = await run('records', 'query', 'Deals', query);
    const counted = await run('records', 'count', 'Deals', '--criteria', file(won));

    const rows = (text: string): number => text.trim().split('\n').length - 2;
    assert.equal(rows(searched.out), Number(counted.out));
    assert.equal(rows(queried.out), Number(counted.out));
    assert.ok(Number((await run('records', 'count', 'Deals')).out) > Number(counted.out));
  });

  it('deletes records and lists what was deleted', async () => {
    const id = await inserted();

    const { code, out } = await run('records', 'write', 'Deals', file([{ id }]), '--operation', 'delete');

    assert.equal(code, 0);
    assert.match(out, new RegExp(`0 +delete +${id}[^]*1 written, 0 refused`));
    assert.match((await run('records', 'deleted', 'Deals')).out, new RegExp(`^${id} +recycle`, 'm'));
  });

  it('ends with exit code 1 when a record is refused or not valid, and says why', async () => {
    const records = file([{ Deal_Name: 'Wrong', Stage: 'No such stage' }]);

    const written = await run('records', 'write', 'Deals', records, '--operation', 'insert');
    const checked = await run('records', 'validate', 'Deals', records);

    assert.equal(written.code, 1);
    assert.match(written.out, /INVALID_DATA Stage/);
    assert.equal(checked.code, 1);
    assert.match(checked.out, /^ *0 +Stage +no_option/m);
  });

  it('ends with exit code 2 for a file that is missing or holds no JSON', async () => {
    for (const name of [path.join(folder, 'missing.json'), file('{"a":')]) {
      const { code, err } = await run('records', 'write', 'Deals', name, '--operation', 'insert');

      assert.equal(code, 2);
      assert.match(err, /cannot be read \(ENOENT\)|holds no JSON/);
    }
  });
});

import assert from 'node:assert/strict';
import { loadMirror } from '../../../src/activities/pull/load-mirror';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { pageReader, type PageReader } from '../../../src/activities/pull/scan/page-rows';
import { withZoho, type ZohoWork } from '../../../src/activities/with-zoho';
import { pageConverter } from '../../../src/db/mirror/copy/page-columns';
import { LIMITS } from '../../../src/domain/zoho-limits';
import { getRecord } from '../../../src/zoho/records/get-record';
import { listRecords } from '../../../src/zoho/records/list-records';
import type { RecordPage } from '../../../src/zoho/records/record-page';
import { useActivities } from '../support';

const PAGE = 25;

interface Reading {
  zoho: ZohoWork;
  reader: PageReader;
  page: RecordPage;
  ids: string[];
}

/** Rows in COPY's format by their id. */
function rowsById(copy: Buffer): Map<string, string> {
  const lines = copy.toString('utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('\t')), line]));
}

describe('the rows of a page', () => {
  const fixture = useActivities();
  afterEach(() => void fixture.simulator.control.moveClock({ resume: true }));

  /** Plans a module, reads its first page, or the records chosen, and hands over what an activity has then. */
  async function reading<T>(
    module: string,
    work: (reading: Reading) => Promise<T>,
    chosen?: readonly string[],
  ): Promise<T> {
    const target = await fixture.target(module);
    await fixture.run(() => planFullSync(fixture.deps, target));
    const { fields } = await loadMirror(fixture.deps, target);
    return fixture.run(() =>
      withZoho(fixture.deps, target, async (zoho) => {
        const reader = pageReader(zoho, module, fields);
        const query = { fields: reader.listFields, perPage: PAGE, ...(chosen && { ids: chosen }) };
        const page = await listRecords(zoho.transport, module, query, zoho.options);
        const { data } = JSON.parse(page.body?.toString() ?? '{"data":[]}') as { data: { id: string }[] };
        return work({ zoho, reader, page, ids: data.map(({ id }) => id) });
      }),
    );
  }

  /** Expected rows: the records read whole, in the reader's columns. */
  async function wholeRows(module: string, { zoho, reader }: Reading, ids: readonly string[]) {
    const converter = pageConverter(reader.fields, 'text_absent');
    const expected = new Map<string, string>();
    for (const id of ids) {
      const record = await getRecord(zoho.transport, module, id, {}, zoho.options);
      if (record) for (const [key, row] of rowsById(converter.convert(record.body).copy)) expected.set(key, row);
    }
    return expected;
  }

  it('of a narrow module need no further call', async () => {
    await reading('Deals', async ({ reader, page }) => {
      fixture.simulator.control.clearCalls();

      const { rows } = await reader.read(page.body, page.serverTime.getTime());

      assert.equal(rows, PAGE);
      assert.deepEqual(fixture.simulator.control.calls().operations, {});
    });
  });

  it('of a module of more than 120 fields hold every field, in calls of fifty at most', async () => {
    await reading('Wide_Module', async (current) => {
      const { reader, page, ids } = current;
      assert.ok(
        reader.fields.length > 2 * LIMITS.listPage.fields && reader.listFields.length <= LIMITS.listPage.fields,
      );

      const { rows, copy } = await reader.read(page.body, page.serverTime.getTime());

      assert.equal(rows, PAGE);
      assert.deepEqual(rowsById(copy), await wholeRows('Wide_Module', current, ids));
    });
  });

  it('never mix two versions of a record: one that changed meanwhile is read again whole', async () => {
    await reading('Wide_Module', async (current) => {
      const { reader, page, ids } = current;
      const [torn = ''] = ids;
      fixture.simulator.control.changeRecords('Wide_Module', {
        update: [{ id: torn, Name: 'changed "between"\tcalls', Field_1: 'new', Field_111: 'new' }],
      });

      const { rows, copy } = await reader.read(page.body, page.serverTime.getTime());

      assert.equal(rows, PAGE);
      const expected = await wholeRows('Wide_Module', current, ids);
      assert.match(expected.get(torn) ?? '', /changed \\"between\\"\\tcalls/);
      assert.deepEqual(rowsById(copy), expected);
    });
  });

  it('never mix two versions of one second: a record is joined only when that second was over', async () => {
    const { control } = fixture.simulator;
    control.moveClock({ freeze: true });
    const change = (text: string) => ({ Field_1: text, Field_111: text });
    const { updated } = control.changeRecords('Wide_Module', { update: { count: 3, values: change('first') } });
    await reading(
      'Wide_Module',
      async (current) => {
        const { reader, page } = current;
        // The same Modified_Time once more, between the calls for the parts of a row.
        control.changeRecords('Wide_Module', { update: updated.map((id) => ({ id, ...change('second') })) });

        const { copy } = await reader.read(page.body, page.serverTime.getTime());

        const rows = rowsById(copy);
        const expected = await wholeRows('Wide_Module', current, updated);
        for (const id of updated) assert.equal(rows.get(id), expected.get(id));
      },
      updated,
    );
    control.moveClock({ resume: true });
  });

  it('leave out a record that vanished meanwhile', async () => {
    await reading('Wide_Module', async (current) => {
      const { reader, page, ids } = current;
      const [vanished = '', ...others] = ids;
      fixture.simulator.control.changeRecords('Wide_Module', { delete: [vanished] });

      const { rows, copy } = await reader.read(page.body, page.serverTime.getTime());

      assert.equal(rows, others.length);
      assert.deepEqual([...rowsById(copy).keys()].toSorted(), others.toSorted());
    });
  });

  it('of an answer without content are none', async () => {
    await reading('Wide_Module', async ({ reader }) => {
      const { rows, copy } = await reader.read(null, 0);

      assert.deepEqual([rows, copy], [0, Buffer.alloc(0)]);
    });
  });
});

describe('the rows of a wide module without Modified_Time', () => {
  const fixture = useActivities();

  it('hold every field', async () => {
    fixture.simulator.control.addModule({ apiName: 'Wide_Timeless', rows: 30, fields: 130, withoutModifiedTime: true });
    const target = await fixture.target('Wide_Timeless');
    await fixture.run(() => planFullSync(fixture.deps, target));
    const { fields } = await loadMirror(fixture.deps, target);
    assert.ok(fields.every((field) => field.apiName !== 'Modified_Time') && fields.length > 2 * LIMITS.listPage.fields);

    const { rows, cells } = await fixture.run(() =>
      withZoho(fixture.deps, target, async (zoho) => {
        const reader = pageReader(zoho, target.module, fields);
        const page = await listRecords(zoho.transport, target.module, { fields: reader.listFields }, zoho.options);
        const read = await reader.read(page.body, page.serverTime.getTime());
        // The id, the fields, and the cell that says what the record lacks.
        const columns = 2 + fields.reduce((sum, field) => sum + (field.nameColumn ? 2 : 1), 0);
        const lines = read.copy.toString('utf8').split('\n').filter(Boolean);
        return { rows: read.rows, cells: lines.map((line) => line.split('\t').length === columns) };
      }),
    );

    assert.equal(rows, 30);
    assert.ok(cells.every(Boolean));
  });
});

import assert from 'node:assert/strict';
import { type AllPagesQuery, fetchAllPages } from '../../../src/zoho/records/fetch-all-pages';
import type { RecordPage } from '../../../src/zoho/records/record-page';
import { splitRecords } from '../../../src/zoho/records/split-records';
import { type SimulatorBench, startSimulatorBench } from '../simulator/bench';
import { failureOf } from '../support/failures';
import { type Bench, startBench } from '../support/stub-zoho';

const WIDE = 'Wide_Module';
const WIDE_FIELDS = ['Name', ...Array.from({ length: 120 }, (_, index) => `Field_${index + 1}`)];
/** Whole numbers in each of the three slices. */
const VERSION_FIELDS = ['Field_2', 'Field_52', 'Field_112'];
const versioned = (version: number) => Object.fromEntries(VERSION_FIELDS.map((name) => [name, version]));

type Row = Record<string, unknown> & { id: string };

function rowsOf({ body }: RecordPage): Row[] {
  return (JSON.parse(body?.toString('utf8') ?? '{"data":[]}') as { data: Row[] }).data;
}

async function collect(pages: AsyncIterable<RecordPage>): Promise<RecordPage[]> {
  const all: RecordPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

describe('fetchAllPages', () => {
  let bench: SimulatorBench;
  /** Runs after each call that was answered. */
  let meanwhile: (() => void) | undefined;

  before(async () => {
    bench = await startSimulatorBench({ deals: 2_300 }, () => meanwhile?.());
    const { control } = bench.simulator;
    control.addModule({ apiName: 'Wide_Untimed', rows: 5, fields: 60, withoutModifiedTime: true });
  });
  after(() => bench.stop());
  afterEach(() => {
    meanwhile = undefined;
    bench.simulator.control.moveClock({ resume: true });
  });

  const readAll = (module: string, query: AllPagesQuery) => collect(fetchAllPages(bench.transport, module, query));

  it('goes past 2,000 records, each of them once', async () => {
    const pages = await readAll('Deals', { fields: ['Deal_Name'], perPage: 193 });
    const ids = pages.flatMap(rowsOf).map(({ id }) => id);
    assert.deepEqual([ids.length, new Set(ids).size, pages[0]?.count], [2_300, 2_300, 193]);
  });

  it('takes any page size', async () => {
    for (const perPage of [1, 2, 59, 60, 200]) {
      const pages = await readAll('Untimed_Module', { fields: ['Name'], perPage });
      assert.deepEqual(
        [pages.length, new Set(pages.flatMap(rowsOf).map(({ id }) => id)).size],
        [Math.ceil(60 / perPage), 60],
      );
    }
  });

  it('begins at a page, and behind the last page of an earlier reading', async () => {
    const fields = ['Deal_Name'];
    const [first, ...rest] = await readAll('Deals', { fields });
    const byPage = await readAll('Deals', { fields, page: 2 });
    const byToken = await readAll('Deals', { fields, pageToken: first?.nextPageToken ?? assert.fail('no token') });
    assert.deepEqual(byPage.flatMap(rowsOf), rest.flatMap(rowsOf));
    assert.deepEqual(byToken.flatMap(rowsOf), rest.flatMap(rowsOf));
  });

  it('has no page for an empty module', async () => {
    assert.deepEqual(await readAll('Empty_Module', { fields: ['Name'] }), []);
  });

  it('gathers more than 50 fields as Zoho holds them, digit by digit', async () => {
    const [page] = await readAll(WIDE, { fields: WIDE_FIELDS });
    const truth = splitRecords(
      Buffer.concat([
        Buffer.from('{"data":['),
        Buffer.from((await bench.truthOf(WIDE)).trim().replaceAll('\n', ',')),
        Buffer.from(']}'),
      ]),
    );
    const byId = new Map(truth.map(({ id, members }) => [id, members]));
    const gathered = splitRecords(page?.body ?? assert.fail('no page'));
    assert.equal(gathered.length, 200);
    for (const { id, members } of gathered) {
      for (const name of WIDE_FIELDS) assert.equal(members.get(name), byId.get(id)?.get(name), `${name} of ${id}`);
      assert.deepEqual([...members.keys()], ['id', 'Modified_Time', ...WIDE_FIELDS]);
    }
  });

  for (const [what, advance] of [
    ['within one second', 0],
    ['a second apart', 1_000],
  ] as const) {
    it(`never mixes two versions of a record when changes come ${what}`, async () => {
      const { control } = bench.simulator;
      control.moveClock({ freeze: true });
      control.changeRecords(WIDE, { update: { count: 500, values: versioned(0) } });
      control.moveClock({ advance: 5_000 });
      const truth = (await bench.truthOf(WIDE)).trim().split('\n');
      const ids = truth.map((line) => (JSON.parse(line) as Row).id);
      let version = 0;
      meanwhile = () => {
        version += 1;
        const update = ids
          .filter((_, place) => (place + version) % 23 === 0)
          .map((id) => ({ id, ...versioned(version) }));
        control.changeRecords(WIDE, { update });
        control.moveClock({ advance });
      };
      const rows = (await readAll(WIDE, { fields: WIDE_FIELDS, perPage: 40 })).flatMap(rowsOf);
      const versions = rows.map((row) => VERSION_FIELDS.map((name) => row[name]));
      assert.ok(versions.every(([first, ...others]) => others.every((other) => other === first)));
      assert.equal(rows.length, 500);
      assert.ok(new Set(versions.map(([first]) => first)).size > 5);
    });
  }

  it('leaves out a record that is deleted before it is complete', async () => {
    const { control } = bench.simulator;
    control.moveClock({ advance: 5_000 });
    const [{ id } = assert.fail('no record')] = (await readAll(WIDE, { fields: ['Name'], perPage: 1 })).flatMap(rowsOf);
    meanwhile = () => {
      meanwhile = undefined;
      control.changeRecords(WIDE, { delete: [id] });
    };
    const pages = await readAll(WIDE, { fields: WIDE_FIELDS });
    const rows = pages.flatMap(rowsOf);
    assert.equal(rows.length, 499);
    assert.ok(rows.every((row) => row.id !== id));
    assert.equal(pages[0]?.count, 199);
  });

  it('refuses more than 50 fields of a module without Modified_Time', async () => {
    const fields = Array.from({ length: 60 }, (_, index) => `Field_${index + 1}`);
    const error = await failureOf(readAll('Wide_Untimed', { fields }));
    assert.equal(error.category, 'request_bug');
    assert.match(error.message, /bulk read/);
  });

  it('refuses an empty list of fields', async () => {
    assert.equal((await failureOf(readAll('Deals', { fields: [] }))).category, 'request_bug');
  });
});

/** Answers each call with the next page of a list without end. */
function answerWithPages({ zoho }: Bench, pageOf: (page: number) => { first: number; token: string }): void {
  let page = 0;
  zoho.respond((response) => {
    const { first, token } = pageOf(page);
    page += 1;
    const data = Array.from({ length: 200 }, (_, index) => ({ id: String(first + index + 1) }));
    const info = { count: data.length, more_records: true, next_page_token: token };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data, info }));
  });
}

describe('fetchAllPages at the end of what tokens reach', () => {
  for (const [what, pageOf] of [
    ['answers the first page again and again', (page: number) => ({ first: 0, token: `after ${page}` })],
    ['goes round in a circle of pages', (page: number) => ({ first: (page % 7) * 200, token: `after ${page}` })],
    ['names the same next page for ever', (page: number) => ({ first: page * 200, token: 'next' })],
  ] as const) {
    it(`ends a list that ${what}`, async () => {
      const stub = await startBench();
      answerWithPages(stub, pageOf);
      const error = await failureOf(collect(fetchAllPages(stub.transport, 'Deals', { fields: ['id'] })));
      await stub.stop();
      assert.equal(error.category, 'endless_list');
      assert.ok(stub.zoho.received.length < 40, `${stub.zoho.received.length} calls`);
    });
  }

  it('says after 100,000 records what to use instead', async () => {
    const stub = await startBench();
    answerWithPages(stub, (page) => ({ first: page * 200, token: `after ${page}` }));
    let records = 0;
    const error = await failureOf(
      (async () => {
        for await (const { count } of fetchAllPages(stub.transport, 'Deals', { fields: ['id'] })) records += count;
      })(),
    );
    await stub.stop();
    assert.deepEqual([records, stub.zoho.received.length], [100_000, 500]);
    assert.deepEqual([error.category, error.code], ['cursor_lost', 'PAGINATION_LIMIT_EXCEEDED']);
    assert.match(error.whatToDo, /bulk read.*COQL/);
  });

  it('does not take a missing token for the end', async () => {
    const stub = await startBench();
    stub.zoho.answer(200, { data: [{ id: '1' }], info: { count: 1, more_records: true, next_page_token: null } });
    const error = await failureOf(collect(fetchAllPages(stub.transport, 'Deals', { fields: ['id'] })));
    await stub.stop();
    assert.deepEqual([error.category, error.code], ['cursor_lost', 'NO_PAGE_TOKEN']);
  });
});

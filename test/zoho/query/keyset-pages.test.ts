import assert from 'node:assert/strict';
import { compare } from '../../../src/zoho/query/criteria';
import { type KeysetPage, keysetPages, type KeysetQuery } from '../../../src/zoho/query/keyset-pages';
import { failureOf } from '../support/failures';
import { startBench } from '../support/stub-zoho';
import { HOSTILE_MODULE, type HostileBench, type Row, rowsOf, startHostileBench } from './hostile-module';

function rowsIn({ body }: KeysetPage): Row[] {
  return (JSON.parse(body.toString('utf8')) as { data: Row[] }).data;
}

async function collect(pages: AsyncIterable<KeysetPage>): Promise<KeysetPage[]> {
  const all: KeysetPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id);

describe('keysetPages', () => {
  let bench: HostileBench;
  let meanwhile: (() => void) | undefined;

  beforeEach(async () => {
    bench = await startHostileBench(200, () => meanwhile?.());
  });
  afterEach(() => {
    meanwhile = undefined;
    return bench.stop();
  });

  const now = () => `${bench.simulator.control.clock().now.slice(0, 19)}Z`;
  const readAll = (query: Partial<KeysetQuery> = {}) =>
    collect(
      keysetPages(bench.transport, { select: ['Field_1'], from: HOSTILE_MODULE, modifiedUntil: now(), ...query }),
    );

  it('walks records that share their second, in the order of (Modified_Time, id)', async () => {
    const pages = await readAll({ perPage: 7 });
    const rows = pages.flatMap(rowsIn);
    assert.deepEqual(idsOf(rows), idsOf(bench.rows));
    assert.equal(pages.length, Math.ceil(200 / 7));
    assert.deepEqual(
      rows.map((row) => row['Field_1']),
      bench.rows.map((row) => row['Field_1']),
    );
  });

  it('continues from any page', async () => {
    const pages = await readAll({ perPage: 33 });
    const after = pages[2]?.cursor ?? assert.fail('no third page');
    const rest = await readAll({ perPage: 50, after });
    assert.deepEqual(idsOf(rest.flatMap(rowsIn)), idsOf(pages.slice(3).flatMap(rowsIn)));
  });

  it('includes the first second of its range and excludes the last', async () => {
    const times = [...new Set(bench.rows.map((row) => String(row['Modified_Time'])))];
    const [from = '', until = ''] = [times[2], times[5]];
    const rows = (await readAll({ modifiedFrom: from, modifiedUntil: until, perPage: 11 })).flatMap(rowsIn);
    const expected = bench.rows.filter((row) => times.slice(2, 5).includes(String(row['Modified_Time'])));
    assert.deepEqual(idsOf(rows), idsOf(expected));
    assert.equal(rows.length, 60);
  });

  it('keeps to the given conditions', async () => {
    const where = compare('Field_6', 'boolean', 'equals', true);
    const rows = (await readAll({ where, perPage: 9 })).flatMap(rowsIn);
    assert.deepEqual(idsOf(rows), idsOf(bench.rows.filter((row) => row['Field_6'] === true)));
  });

  it('misses no change over two ranges, even if records change in between', async () => {
    const { control } = bench.simulator;
    const first = now();
    let change = 0;
    meanwhile = () => {
      const update = bench.rows.filter((_, place) => (place * 7 + change) % 13 === 0).map(({ id }) => ({ id }));
      change += 1;
      control.changeRecords(HOSTILE_MODULE, { update: update.map(({ id }) => ({ id, Field_1: `change ${change}` })) });
      control.changeRecords(HOSTILE_MODULE, { insert: [{ Name: `inserted ${change}`, Field_1: 'new' }] });
      if (change % 3 === 0) control.moveClock({ advance: 1_000 });
    };
    const firstRows = (await readAll({ modifiedUntil: first, perPage: 23 })).flatMap(rowsIn);
    meanwhile = undefined;
    control.moveClock({ advance: 1_000 });
    const secondRows = (await readAll({ modifiedFrom: first, perPage: 23 })).flatMap(rowsIn);

    const mirror = new Map([...firstRows, ...secondRows].map((row) => [row.id, row['Field_1']]));
    const truth = rowsOf(await bench.truthOf(HOSTILE_MODULE));
    const byId = [...mirror].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
    assert.deepEqual(
      byId,
      truth.map((row) => [row.id, row['Field_1']]),
    );
    const untouched = truth.filter((row) => Date.parse(String(row['Modified_Time'])) < Date.parse(first));
    const counts = untouched.map(({ id }) => firstRows.filter((row) => row.id === id).length);
    assert.ok(untouched.length > 10 && counts.every((count) => count === 1));
    assert.ok(change > 5);
  });

  it('has no page for an empty range', async () => {
    assert.deepEqual(await readAll({ modifiedFrom: now() }), []);
  });

  it('refuses more conditions than fit beside its own, before a call', async () => {
    const group = Array.from({ length: 22 }, () => compare('Name', 'text', 'is_not_null'));
    const after = { modifiedTime: now(), id: '1' };
    const error = await failureOf(readAll({ after, where: { groupOperator: 'and', group } }));
    assert.equal(error.category, 'request_bug');
  });
});

describe('keysetPages against a server that does not order', () => {
  it('stops at a record that is older than one before it', async () => {
    const stub = await startBench();
    const data = [
      { id: '7', Modified_Time: '2026-01-03T00:00:00Z' },
      { id: '5', Modified_Time: '2026-01-01T00:00:00Z' },
      { id: '8', Modified_Time: '2026-01-04T00:00:00Z' },
    ];
    stub.zoho.answer(200, { data, info: { count: 3, more_records: true } });
    const pages = keysetPages(stub.transport, { select: ['id'], from: 'Deals', modifiedUntil: '2026-02-01T00:00:00Z' });
    const error = await failureOf(collect(pages));
    await stub.stop();
    assert.deepEqual([error.code, stub.zoho.received.length], ['UNEXPECTED_ANSWER', 1]);
  });

  it('stops instead of asking for ever', async () => {
    const stub = await startBench();
    const data = [{ id: '5', Modified_Time: '2026-01-01T00:00:00Z' }];
    stub.zoho.answer(200, { data, info: { count: 1, more_records: true } });
    const pages = keysetPages(stub.transport, { select: ['id'], from: 'Deals', modifiedUntil: '2026-02-01T00:00:00Z' });
    const error = await failureOf(collect(pages));
    await stub.stop();
    assert.deepEqual([error.category, error.code, stub.zoho.received.length], ['server', 'UNEXPECTED_ANSWER', 2]);
  });
});

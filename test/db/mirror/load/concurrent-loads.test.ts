import assert from 'node:assert/strict';
import fc from 'fast-check';
import { qualifiedTable } from '../../../../src/db/mirror/mirror-module';
import { moveToTombstones } from '../../../../src/db/mirror/sweep';
import { useDatabase } from '../../support';
import { loadCsv, loadRecords, rowsOf, someMirror, type ZohoRecord } from '../support';

const time = (version: number): string => new Date(Date.UTC(2026, 0, 1, 0, version)).toISOString();
const version = (id: number, number: number): ZohoRecord => ({
  id: String(id),
  Deal_Name: `${id} v${number}`,
  Modified_Time: time(number),
});

describe('loads of one module at the same time', () => {
  const database = useDatabase();

  it('wait for each other instead of blocking each other, and lose nothing', async () => {
    const deals = await someMirror(database.knex);
    const ids = Array.from({ length: 300 }, (_, index) => index + 1);
    const loads = Array.from({ length: 12 }, (_, load) => {
      const order = load % 2 === 0 ? ids : [...ids].reverse();
      const records = order.map((id) => version(id, (id * 7 + load * 5) % 12));
      return load % 3 === 0
        ? loadCsv(deals, [
            'Id,Deal_Name,Modified_Time',
            ...records.map((record) => Object.values(record as Record<string, string>).join()),
          ])
        : loadRecords(deals, records, { compareValues: load % 3 === 1 });
    });

    await Promise.all(loads);

    const newest = (id: number) => Math.max(...loads.map((_, load) => (id * 7 + load * 5) % 12));
    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['deal_name']),
      ids.map((id) => `${id} v${newest(id)}`),
    );
  });

  it('fill an empty mirror side by side, even where they hold the same rows in another order', async () => {
    const deals = await someMirror(database.knex);
    const ids = Array.from({ length: 2_000 }, (_, index) => index + 1);
    const loads = [ids, ids.toReversed(), ids.slice(500)].map((order, load) =>
      loadRecords(
        deals,
        order.map((id) => version(id, load)),
        { firstLoad: true },
      ),
    );

    await Promise.all(loads);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['deal_name']),
      ids.map((id) => `${id} v${id > 500 ? 2 : 1}`),
    );
  });

  it('go together with deletes', async () => {
    const deals = await someMirror(database.knex);
    const records = Array.from({ length: 200 }, (_, index) => version(index + 1, 1));
    const vanished = records
      .slice(0, 100)
      .map(({ id }) => ({ id: String(id), deletedAt: '2026-12-01T00:00:00Z', reason: 'recycle' as const }));

    await Promise.all([
      ...[1, 2, 3].map(() => loadRecords(deals, records)),
      ...[1, 2].map((sequence) => moveToTombstones(deals.knex, deals.mirror, deals.sessionId, sequence, vanished)),
    ]);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => Number(row['id'])),
      records.slice(100).map(({ id }) => Number(id)),
    );
  });

  it('end in the newest version of every row, in any order of arrival', async () => {
    const deals = await someMirror(database.knex);
    const chunk = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 9 })), {
      selector: ([id]) => id,
      minLength: 1,
      maxLength: 8,
    });
    const emptyTheMirror = fc.afterEach(async () => {
      await database.knex.raw(`truncate ${qualifiedTable(deals.mirror)}`);
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(chunk, fc.constantFrom('first', 'list', 'delta', 'bulk')), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (chunks, together) => {
          const loads = chunks.map(([rows, kind]) => async () => {
            const records = rows.map(([id, number]) => version(id, number));
            if (kind === 'first') return loadRecords(deals, records, { firstLoad: true });
            if (kind !== 'bulk') return loadRecords(deals, records, { compareValues: kind === 'delta' });
            const lines = rows.map(([id, number]) => `${time(number)},${id},${id} v${number}`);
            return loadCsv(deals, ['Modified_Time,Id,Deal_Name', ...lines]);
          });

          if (together) await Promise.all(loads.map((load) => load()));
          else for (const load of loads) await load();

          const newest = new Map<number, number>();
          for (const [id, number] of chunks.flatMap(([rows]) => rows)) {
            newest.set(id, Math.max(newest.get(id) ?? 0, number));
          }
          assert.deepEqual(
            (await rowsOf(deals)).map((row) => row['deal_name']),
            [...newest].sort(([a], [b]) => a - b).map(([id, number]) => `${id} v${number}`),
          );
        },
      ),
      { numRuns: 25, plugins: [emptyTheMirror] },
    );
  });
});

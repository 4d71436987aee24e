import assert from 'node:assert/strict';
import { saveVerification } from '../../../src/db/comparisons/verifications';
import { loadFields, saveFields } from '../../../src/db/mirror/module-fields';
import { ALL_CHUNKS } from '../../../src/domain/runs/chunk-numbers';
import type { Comparison } from '../../../src/domain/runs/enums';
import { historyOf, loadRecords, MARGIN, MODIFIED, NAME, someMirror, type MirrorUnderTest } from '../mirror/support';
import { someSession, useDatabase } from '../support';

const MONDAY = '2026-11-16T09:00:00+00:00';
const ROWS = 10;

describe('a formula that changes by itself', () => {
  const database = useDatabase();

  async function formulas(): Promise<MirrorUnderTest> {
    const under = await someMirror(database.knex, [NAME, MARGIN, MODIFIED]);
    await saveFields(database.knex, under.mirror.connectionId, under.mirror.key, under.mirror.fields);
    await loadRecords(under, rowsWith(0, ROWS), { firstLoad: true });
    return under;
  }

  function rowsWith(value: number, changed: number) {
    const margin = (at: number) => (at < changed ? value : 0);
    return Array.from({ length: ROWS }, (_, at) => ({ id: String(at + 1), Margin: margin(at), Modified_Time: MONDAY }));
  }

  /** A comparison that finds another value in so many rows. @returns whether the field is volatile then */
  async function compare(under: MirrorUnderTest, value: number, changed: number, depth: Comparison): Promise<boolean> {
    const { knex, mirror } = under;
    const { connectionId, key } = mirror;
    await knex.raw(`update sync.crm_sync_sessions set status = 'completed' where connection_id = ?`, [connectionId]);
    const { id: sessionId } = await someSession(knex, { connectionId, moduleName: key });
    const known = await loadFields(knex, connectionId, key);
    const comparing = { ...under, mirror: { ...mirror, fields: known } };
    const comparison = { promisedUntil: null, repairs: true };
    await loadRecords(comparing, rowsWith(value, changed), { sessionId, comparison });
    const asOf = new Date();
    const ended = { sessionId, connectionId, key, depth, repairs: true, asOf, promisedUntil: null, chunks: ALL_CHUNKS };
    await saveVerification(knex, ended);
    await saveVerification(knex, ended);
    return (await loadFields(knex, connectionId, key)).some(({ isVolatile }) => isVolatile);
  }

  it('in most rows, three times, is volatile, until a comparison of every value finds it in few', async () => {
    const under = await formulas();

    const often = [
      await compare(under, 1, 6, 'times'),
      await compare(under, 2, 6, 'times'),
      await compare(under, 3, 6, 'times'),
      await compare(under, 4, 0, 'times'),
      await compare(under, 4, 1, 'values'),
    ];

    assert.deepEqual(often, [false, false, true, true, false]);
  });

  it('in fewer rows now and then is none', async () => {
    const under = await formulas();

    const often = [
      await compare(under, 1, 6, 'times'),
      await compare(under, 2, 6, 'times'),
      await compare(under, 2, 5, 'times'),
      await compare(under, 4, 6, 'times'),
    ];

    assert.deepEqual(often, [false, false, false, false]);
  });

  it('has no history once it is volatile', async () => {
    const under = await formulas();
    for (const value of [1, 2, 3]) await compare(under, value, 6, 'values');
    const before = (await historyOf(under)).length;

    await compare(under, 4, 6, 'values');

    assert.deepEqual([before, (await historyOf(under)).length], [18, 18]);
  });
});

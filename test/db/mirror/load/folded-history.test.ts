import assert from 'node:assert/strict';
import fc from 'fast-check';
import { qualifiedTable } from '../../../../src/db/mirror/mirror-module';
import { moveToTombstones } from '../../../../src/db/mirror/sweep';
import { useDatabase } from '../../support';
import {
  ACCOUNT,
  AMOUNT,
  historyOf,
  LATER,
  loadRecords,
  MARGIN,
  MODIFIED,
  NAME,
  nextChunk,
  someMirror,
  type HistoryRow,
  type MirrorRow,
  type MirrorUnderTest,
  type SomeField,
} from '../support';

const STAGES: SomeField = { apiName: 'Stages', dataType: 'multiselectpicklist' };

interface Step {
  kind: 'read' | 'patch' | 'delete';
  ids: number[];
  name: string | null;
  amount: number | null;
  margin: number;
  account: string | null;
  stages: string[];
  isSilent: boolean;
}

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('read', 'read', 'read', 'patch', 'delete'),
    ids: fc.subarray([1, 2, 3, 4], { minLength: 1 }),
    name: fc.option(fc.constantFrom('a', 'b "quoted"', 'ü')),
    amount: fc.option(fc.constantFrom(0, 1.5, -3)),
    margin: fc.integer({ min: 0, max: 2 }),
    account: fc.option(fc.constantFrom('71', '72')),
    stages: fc.subarray(['one', 'two']),
    isSilent: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('the history of a record', function () {
  this.timeout(120_000);
  const database = useDatabase();
  let deals: MirrorUnderTest;
  before(async () => {
    deals = await someMirror(database.knex, [NAME, AMOUNT, MARGIN, MODIFIED, ACCOUNT, STAGES]);
  });

  /** Rows of the mirror as JSON, without the names of lookups and the engine's column. */
  async function rowsById(): Promise<Map<string, MirrorRow>> {
    const { rows } = await database.knex.raw<{ rows: { row: MirrorRow }[] }>(
      `select to_jsonb(m) as row from ${qualifiedTable(deals.mirror)} m`,
    );
    return new Map(rows.map(({ row: { _synced_at, account_name: _name, ...row } }) => [String(row['id']), row]));
  }

  async function take(step: Step, number: number): Promise<void> {
    const asOf = new Date(LATER.getTime() + number * 20_000);
    if (step.kind === 'delete') {
      const deleted = step.ids.map((id) => ({
        id: String(id),
        deletedAt: asOf.toISOString(),
        reason: 'recycle' as const,
      }));
      await moveToTombstones(database.knex, deals.mirror, deals.sessionId, nextChunk(), deleted);
      return;
    }
    const known = await rowsById();
    const isPatch = step.kind === 'patch';
    const fields = deals.mirror.fields.filter(({ apiName }) => !isPatch || apiName !== 'Amount');
    const records = step.ids.map((id) => ({
      id: String(id),
      Deal_Name: step.name,
      Amount: step.amount,
      Margin: step.margin,
      Account_Name: step.account === null ? null : { id: step.account, name: `account ${number}` },
      Stages: step.stages,
      Modified_Time:
        (step.isSilent || isPatch) && known.has(String(id))
          ? (known.get(String(id))?.['modified_time'] as string)
          : new Date(asOf.getTime() - 5_000).toISOString(),
    }));
    await loadRecords({ ...deals, mirror: { ...deals.mirror, fields } }, records, {
      asOf,
      compareValues: true,
      trackRecords: number > 0,
      partialRead: isPatch ? { hasEverySilentField: true } : undefined,
    });
  }

  /** @param firsts the rows of each record as they came into the mirror, one for each time */
  function fold(history: readonly HistoryRow[], firsts: ReadonlyMap<string, MirrorRow[]>): Map<string, MirrorRow> {
    const columns = new Map(deals.mirror.fields.map(({ fieldId, column }) => [fieldId, column]));
    const coming = new Map([...firsts].map(([id, rows]) => [id, [...rows]]));
    const next = (id: string): MirrorRow => coming.get(id)?.shift() ?? assert.fail(`${id} came without an event`);
    const begins = new Map([...history].reverse().map(({ recordId, event }) => [recordId, event]));
    const isLoadedFirst = (id: string): boolean => !['created', 'restored'].includes(begins.get(id) ?? '');
    const rows = new Map([...firsts.keys()].filter(isLoadedFirst).map((id) => [id, next(id)]));
    for (const { recordId, event, changes } of history) {
      if (event === 'deleted') rows.delete(recordId);
      else if (event !== 'changed') rows.set(recordId, { ...next(recordId) });
      const row = rows.get(recordId);
      for (const [fieldId, { from, to }] of Object.entries(changes ?? {})) {
        const column = columns.get(fieldId) ?? assert.fail(`no field ${fieldId}`);
        assert.deepEqual(plain(column, from), row?.[column], 'each change begins where the one before ended');
        if (row) row[column] = plain(column, to);
      }
    }
    for (const [id, left] of coming) assert.deepEqual(left, [], `each coming of ${id} is in its history`);
    return rows;
  }

  const plain = (column: string, value: unknown): unknown =>
    column === 'account_name_id' && value !== null ? Number((value as { id: string }).id) : value;

  it('makes the row of the mirror out of the first one, through changes, silent ones, deletes and returns', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await database.knex.raw(
          `truncate ${qualifiedTable(deals.mirror)}, sync.record_history, sync.tombstones, sync.doubtful_records`,
        );
        const first: Step = {
          kind: 'read',
          ids: [1, 2],
          name: 'first',
          amount: 1,
          margin: 1,
          account: null,
          stages: [],
          isSilent: false,
        };
        const firsts = new Map<string, MirrorRow[]>();
        let before = new Map<string, MirrorRow>();
        for (const [number, step] of [first, ...all].entries()) {
          await take(step, number);
          const after = await rowsById();
          for (const [id, row] of after) if (!before.has(id)) firsts.set(id, [...(firsts.get(id) ?? []), row]);
          before = after;
        }

        assert.deepEqual(fold(await historyOf(deals), firsts), before);
      }),
      { numRuns: 40 },
    );
  });
});

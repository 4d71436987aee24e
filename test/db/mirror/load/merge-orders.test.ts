import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countDoubts, findDoubts, forgetDoubts } from '../../../../src/db/mirror/doubtful-records';
import type { PartialRead } from '../../../../src/db/mirror/load/merge-rule';
import { qualifiedTable } from '../../../../src/db/mirror/mirror-module';
import { useDatabase } from '../../support';
import {
  AMOUNT,
  loadRecords,
  MARGIN,
  MODIFIED,
  NAME,
  rowsOf,
  someMirror,
  type MirrorUnderTest,
  type ZohoRecord,
} from '../support';

const BEGIN = Date.parse('2026-11-16T09:00:00Z');
const END_MS = 20_000;
const RECORDS = 12;

/** Reads of whole records, and of some fields: without and with the one that changes without a time. */
const KINDS = ['row', 'patch', 'patch with silent field'] as const;
type Kind = (typeof KINDS)[number];

interface Read {
  kind: Kind;
  atMs: number;
  compareValues: boolean;
}

type Change = 'edit' | 'silent' | 'back';

interface Event {
  atMs: number;
  change: Change;
}

const instant = fc.integer({ min: 1, max: END_MS / 100 - 1 }).map((step) => step * 100);
/** Reads lie between the instants of changes. */
const reads = fc.uniqueArray(
  fc.record({ kind: fc.constantFrom(...KINDS), atMs: instant.map((at) => at + 50), compareValues: fc.boolean() }),
  { minLength: 2, maxLength: 4, selector: ({ atMs }) => atMs },
);
const historiesOf = (...changes: Change[]) =>
  fc.array(
    fc.uniqueArray(fc.record({ atMs: instant, change: fc.constantFrom(...changes) }), { selector: (e) => e.atMs }),
    {
      minLength: RECORDS,
      maxLength: RECORDS,
    },
  );

/** A record as Zoho has it at a moment; its name and amount tell the version. */
function recordAt(id: number, history: readonly Event[], atMs: number): ZohoRecord {
  let [version, margin, modified] = [0, 0, BEGIN - 3_600_000];
  for (const { atMs: at, change } of [...history].sort((one, other) => one.atMs - other.atMs)) {
    if (at > atMs) break;
    if (change === 'silent') margin += 1;
    else {
      version += 1;
      modified = change === 'edit' ? BEGIN + Math.floor(at / 1000) * 1000 : BEGIN - 7_200_000 - at;
    }
  }
  return {
    id: String(id + 1),
    Deal_Name: `version ${version}`,
    Amount: version,
    Margin: margin,
    Modified_Time: new Date(modified).toISOString(),
  };
}

describe('merges of a record in any order', function () {
  this.timeout(120_000);
  const database = useDatabase();
  let deals: MirrorUnderTest;
  before(async () => {
    deals = await someMirror(database.knex, [NAME, AMOUNT, MARGIN, MODIFIED]);
  });

  async function clear(): Promise<void> {
    await database.knex.raw(`truncate ${qualifiedTable(deals.mirror)}; truncate sync.doubtful_records`);
  }

  const fieldsOf = (kind: Kind) =>
    deals.mirror.fields.filter(
      ({ apiName }) => kind === 'row' || (apiName !== 'Amount' && (apiName !== 'Margin' || kind !== 'patch')),
    );

  function partialReadOf(kind: Kind): PartialRead | undefined {
    return kind === 'row' ? undefined : { hasEverySilentField: kind !== 'patch' };
  }

  async function merge(histories: readonly Event[][], { kind, atMs, compareValues }: Read): Promise<void> {
    const mirror = { ...deals.mirror, fields: fieldsOf(kind) };
    await loadRecords(
      { ...deals, mirror },
      histories.map((history, id) => recordAt(id, history, atMs)),
      { asOf: new Date(BEGIN + atMs), compareValues, partialRead: partialReadOf(kind) },
    );
  }

  /**
   * Asks for the records in doubt, as a session does before it counts: once more where the row was written after it came
   * into doubt, which the first answer finds out.
   */
  async function settle(histories: readonly Event[][]): Promise<void> {
    for (const asOf of [BEGIN + END_MS, BEGIN + END_MS + 1]) {
      const { ids, upTo } = await findDoubts(database.knex, deals.mirror, RECORDS);
      const records = ids.map((id) => recordAt(Number(id) - 1, histories[Number(id) - 1] ?? [], END_MS));
      await loadRecords(deals, records, { asOf: new Date(asOf), compareValues: true, settlesDoubtsUpTo: upTo });
      await forgetDoubts(database.knex, deals.mirror, { ids, upTo });
    }
    assert.equal(await countDoubts(database.knex, deals.mirror), 0);
  }

  /** Each row shows what the last read showed of it, or is in doubt; once doubts are settled, what is true. */
  async function assertRight(histories: readonly Event[][], all: readonly Read[]): Promise<void> {
    const last = [...all].sort((one, other) => one.atMs - other.atMs).at(-1);
    const doubted = new Set((await findDoubts(database.knex, deals.mirror, RECORDS)).ids);
    const shown = await rowsById();
    histories.forEach((history, id) => {
      if (doubted.has(String(id + 1)) || !last) return;
      const { Deal_Name: name, Margin: margin } = recordAt(id, history, last.atMs);
      const row = shown.get(String(id + 1));
      assert.equal(row?.['deal_name'], name);
      assert.equal(`version ${String(row?.['amount'])}`, name, 'a row mixes two versions');
      if (last.kind === 'row') assert.equal(row?.['margin'], String(margin));
    });
    await settle(histories);
    const settled = await rowsById();
    for (const id of doubted) {
      const truth = recordAt(Number(id) - 1, histories[Number(id) - 1] ?? [], END_MS);
      const row = settled.get(id);
      assert.deepEqual(
        [row?.['deal_name'], row?.['amount'], row?.['margin'], row?.['modified_time']],
        [
          truth['Deal_Name'],
          String(truth['Amount']),
          String(truth['Margin']),
          new Date(truth['Modified_Time'] as string),
        ],
      );
    }
  }

  async function rowsById(): Promise<Map<string, Record<string, unknown>>> {
    return new Map((await rowsOf(deals)).map((row) => [row['id'] as string, row]));
  }

  it('end in the row that the last read showed, or in a doubt whose answer is right', async () => {
    await fc.assert(
      fc.asyncProperty(
        historiesOf('edit', 'silent'),
        reads.chain((all) => fc.tuple(fc.constant(all), orderOf(all))),
        async (histories, [all, order]) => {
          await clear();
          for (const read of order) await merge(histories, read);
          await assertRight(histories, all);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are right in the order of the reads even where a time of modification went back', async () => {
    await fc.assert(
      fc.asyncProperty(historiesOf('edit', 'back'), reads, async (histories, all) => {
        await clear();
        for (const read of [...all].sort((one, other) => one.atMs - other.atMs)) await merge(histories, read);
        await assertRight(histories, all);
      }),
      { numRuns: 20 },
    );
  });
});

/** All reads in any order, some of them again. */
function orderOf(all: readonly Read[]): fc.Arbitrary<Read[]> {
  const again = fc.subarray([...all]);
  return again.chain((some) => fc.shuffledSubarray([...all, ...some], { minLength: all.length + some.length }));
}

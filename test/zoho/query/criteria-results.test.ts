import assert from 'node:assert/strict';
import fc from 'fast-check';
import { selectRecords } from '../../../src/zoho/query/coql-query';
import type { RecordCriteria } from '../../../src/zoho/query/criteria';
import { searchRecords } from '../../../src/zoho/query/search-records';
import type { RecordPage } from '../../../src/zoho/records/record-page';
import { sayableCriteria } from './criteria-arbitraries';
import { HOSTILE_MODULE, type HostileBench, type Row, startHostileBench } from './hostile-module';
import { meets } from './plain-filter';

const SEED = 20_260_131;
const QUERIES_EACH = 5_000;
/** Below Zoho's ten simultaneous searches and queries. */
const AT_ONCE = 8;

describe('10,000 random criteria with hostile values', function () {
  this.timeout(180_000);
  let bench: HostileBench;
  before(async () => {
    bench = await startHostileBench();
  });
  after(() => bench.stop());

  it('are answered by Search Records as by a plain filter', async () => {
    await assertAllEqual(
      'search',
      (criteria) => searchRecords(bench.transport, HOSTILE_MODULE, { criteria, fields: ['Name'] }),
      (rows) => rows.toReversed(),
    );
  });

  it('are answered by COQL as by a plain filter', async () => {
    await assertAllEqual(
      'coql',
      (where) => selectRecords(bench.transport, { select: ['id'], from: HOSTILE_MODULE, where }),
      (rows) => rows,
    );
  });

  async function assertAllEqual(
    dialect: 'search' | 'coql',
    ask: (criteria: RecordCriteria) => Promise<RecordPage>,
    inOrder: (rows: readonly Row[]) => readonly Row[],
  ): Promise<void> {
    const queries = fc.sample(sayableCriteria(dialect, bench.rows), { seed: SEED, numRuns: QUERIES_EACH });
    let found = 0;
    const remaining = queries.values();
    const worker = async (): Promise<void> => {
      for (const criteria of remaining) {
        const expected = inOrder(bench.rows.filter((row) => meets(row, criteria))).map(({ id }) => id);
        const answer = await ask(criteria).catch((error: unknown) => {
          throw new Error(`Zoho did not take ${JSON.stringify(criteria)}`, { cause: error });
        });
        assert.deepEqual(idsOf(answer), expected, JSON.stringify(criteria));
        if (expected.length > 0 && expected.length < bench.rows.length) found += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    assert.ok(found > QUERIES_EACH / 3, `only ${found} queries told records apart`);
  }
});

function idsOf({ body }: RecordPage): string[] {
  const { data } = JSON.parse(body?.toString('utf8') ?? '{"data":[]}') as { data: { id: string }[] };
  return data.map(({ id }) => id);
}

import assert from 'node:assert/strict';
import { readOrHalve } from '../../../src/activities/notifications/read-or-halve';
import { ZohoError, type ErrorCategory } from '../../../src/zoho/errors/errors';

describe('records that are read together', () => {
  /** Reads ids, of which Zoho refuses some. */
  async function readAll(
    ids: readonly number[],
    refusedByZoho: readonly number[],
    category: ErrorCategory = 'validation',
  ) {
    const outcome = { read: [] as number[], refused: [] as number[], calls: 0 };
    await readOrHalve(
      ids,
      async (asked) => {
        outcome.calls += 1;
        if (asked.some((id) => refusedByZoho.includes(id))) throw refusal(category);
        outcome.read.push(...asked);
      },
      async (id) => void outcome.refused.push(id),
    );
    return outcome;
  }
  const refusal = (category: ErrorCategory) =>
    new ZohoError({ category, code: 'INVALID_DATA', operation: 'list_records', reason: 'refused' });
  const hundred = Array.from({ length: 100 }, (_, id) => id);

  it('take one call where none is refused', async () => {
    assert.deepEqual(await readAll([1, 2, 3], []), { read: [1, 2, 3], refused: [], calls: 1 });
  });

  it('are all read but those that Zoho refuses alone, with few calls', async () => {
    const { read, refused, calls } = await readAll(hundred, [17, 80]);

    assert.deepEqual([refused, read.length], [[17, 80], 98]);
    assert.ok(calls <= 30, String(calls));
  });

  it('are not halved where the failure is not about them', async () => {
    await assert.rejects(readAll(hundred, [17], 'permission'), { category: 'permission' });
  });
});

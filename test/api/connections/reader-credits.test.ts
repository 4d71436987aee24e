import assert from 'node:assert/strict';
import type { z } from 'zod';
import type { CountAnswer } from '../../../src/api/records/schemas';
import { assertProblem, useOrganization } from '../support/organization';

describe('the credits of callers who may only read', () => {
  const org = useOrganization();
  const count = (as: 'viewer' | 'operator') => org.post('/modules/Deals/records/count', {}, as);
  const usable = (credits: number) =>
    org.api.knex('sync.credit_accounts').insert({
      connection_id: org.connectionId,
      daily_credits: credits,
      buffer_percent: 0,
      concurrency: 10,
      heavy_concurrency: 10,
      limits_from: 'configured',
      minute: new Date(),
    });

  it('are a share of the day, which is refused beyond it while others go on', async () => {
    await usable(12_000);
    let { status } = await count('viewer');
    for (let calls = 0; status === 200 && calls < 300; calls += 1) {
      const { body, status: next } = await count('viewer');
      status = next;
      if (next === 200) assert.equal((body as z.infer<typeof CountAnswer>).count, 40);
    }
    const counted = (await org.ledger()).filter(({ operation }) => operation === 'count_records');
    const spent = counted.reduce((sum, { credits }) => sum + Number(credits), 0);

    const refused = await count('viewer');
    assertProblem(refused, 'credit_share_spent', /120 credits .* an hour/);
    assert.ok(Number(refused.headers.get('retry-after')) > 3_000);
    assert.equal(spent, 120);
    assert.equal((await count('operator')).status, 200);
  });

  it('are not touched by what costs nothing', async () => {
    assert.equal((await org.get('/sessions')).status, 200);
  });
});

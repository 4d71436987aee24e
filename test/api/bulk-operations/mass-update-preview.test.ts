import assert from 'node:assert/strict';
import { assertProblem, useOrganization } from '../support/organization';

const BODY = { values: { Stage: 'Closed Lost' }, ids: ['1', '2'] };

describe('the preview of a mass update', () => {
  const org = useOrganization();

  it('writes its call into the ledger', async () => {
    const answer = await org.post('/modules/Deals/mass-updates/preview', BODY, 'viewer');

    assert.equal(answer.status, 200);
    const entry = { operation: 'get_fields', calls: 1, credits: '1.00', worker: 'control-api' };
    assert.deepEqual((await org.ledger()).at(-1), entry);
  });

  it('writes a failed call into the ledger, too, and says what Zoho refused', async () => {
    const before = (await org.ledger()).length;

    const answer = await org.post('/modules/Nope/mass-updates/preview', BODY, 'viewer');

    assertProblem(answer, 'zoho_not_found');
    assert.equal((await org.ledger()).length, before + 1);
  });
});

import assert from 'node:assert/strict';
import { missingScopes, NEEDED_SCOPES } from '../../../src/zoho/auth/scopes';

describe('scopes', () => {
  it('are all there when exactly what is needed was granted', () => {
    assert.deepEqual(missingScopes(NEEDED_SCOPES), []);
  });

  it('are covered by wider ones, in any case', () => {
    assert.deepEqual(missingScopes(['zohocrm.ORG.all'], ['ZohoCRM.org.READ']), []);
  });

  it('are not covered by narrower ones or by those of others', () => {
    const needed = ['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ'];

    assert.deepEqual(missingScopes(['ZohoCRM.modules.READ', 'ZohoCRM.org.ALL'], needed), needed);
  });
});

import assert from 'node:assert/strict';
import { createApiKey } from '../../../src/db/access/api-keys';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { NO_TEMPORAL, useApi } from '../support/api';

const ROTATE = '/api/v1/encryption-keys/rotate';

describe('the audit of mutations', () => {
  const api = useApi(() => NO_TEMPORAL);

  it('tells two keys of one name apart', async () => {
    const actors = new Set<string>();
    for (let key = 1; key <= 2; key += 1) {
      const { secret } = await createApiKey(api.knex, { name: 'twin', role: 'admin' });
      await api.call('POST', ROTATE, { as: null, headers: { authorization: `Bearer ${secret}` }, json: {} });
      actors.add((await listAuditEntries(api.knex, {}, 1))[0]?.actor ?? '');
    }

    assert.equal(actors.size, 2);
    for (const actor of actors) assert.match(actor, /^api-key:twin#[0-9a-f]{12}$/);
  });

  it('does not fail a mutation that is done when its entry cannot be written', async () => {
    await api.knex.raw('alter table sync.audit_log rename to hidden_log');
    const answer = await api.call('POST', ROTATE, { as: 'admin', json: {} });
    await api.knex.raw('alter table sync.hidden_log rename to audit_log');

    assert.equal(answer.status, 200);
    assert.ok(api.logLines.some((line) => line.includes('audit log not written')));
  });

  it('refuses as it would without an audit log', async () => {
    await api.knex.raw('alter table sync.audit_log rename to hidden_log');
    const answer = await api.call('POST', ROTATE, { as: 'viewer', json: {} });
    await api.knex.raw('alter table sync.hidden_log rename to audit_log');

    assert.equal(answer.status, 403);
  });
});

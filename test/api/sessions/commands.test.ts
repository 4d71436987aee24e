import assert from 'node:assert/strict';
import { someSession } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';

describe('commands to a session', () => {
  const updateIds: string[] = [];
  const api = useApi(() => ({
    ...NO_TEMPORAL,
    update: async (_target, _name, _command, updateId) => {
      updateIds.push(updateId);
      return true;
    },
  }));
  const command = async (id: string, name: string, headers: Record<string, string>): Promise<number> =>
    (await api.call('POST', `/api/v1/sessions/${id}/${name}`, { headers, json: {} })).status;
  beforeEach(() => updateIds.splice(0));

  it('are two commands under one request id: a pause, and the resume after it', async () => {
    const { id } = await someSession(api.knex, { workflowId: 'sync:crm:Deals' });
    const headers = { 'x-request-id': 'the-same' };

    assert.deepEqual([await command(id, 'pause', headers), await command(id, 'resume', headers)], [200, 200]);
    await command(id, 'pause', headers);

    assert.equal(new Set(updateIds).size, 3);
  });

  it('are one command under one idempotency key, for this session and this command', async () => {
    const [one, other] = [
      await someSession(api.knex, { workflowId: 'sync:crm:Deals' }),
      await someSession(api.knex, { workflowId: 'sync:crm:Leads' }),
    ];
    const headers = { 'idempotency-key': 'once' };

    for (let attempt = 1; attempt <= 2; attempt += 1) await command(one.id, 'pause', headers);
    await command(one.id, 'resume', headers);
    await command(other.id, 'pause', headers);

    assert.equal(updateIds[0], updateIds[1]);
    assert.equal(new Set(updateIds).size, 3);
  });
});

import assert from 'node:assert/strict';
import type { Session } from '../../../src/api/sessions/schemas';
import { getSession } from '../../../src/db/sessions/sessions';
import type { NightlyInput } from '../../../src/temporal/contract/nightly';
import { someConnection } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';

describe('POST /syncs/nightly', () => {
  const started: NightlyInput[] = [];
  const api = useApi(() => ({
    ...NO_TEMPORAL,
    startNightly: async (input) => {
      started.push(input);
      return { workflowId: 'nightly', firstExecutionRunId: 'first' };
    },
  }));
  let org = { id: '', name: '' };
  beforeEach(async () => {
    started.length = 0;
    org = await someConnection(api.knex);
  });
  const start = (headers: Record<string, string> = {}) =>
    api.call('POST', '/api/v1/syncs/nightly', { json: { connection: org.name }, headers });

  it('starts a night and answers its session, which is of no one module', async () => {
    const answer = await start();

    const { session } = answer.body as { session: Session };
    assert.deepEqual(
      [answer.status, session.sessionType, session.module, session.status],
      [202, 'nightly', '*', 'initiated'],
    );
    assert.equal(answer.headers.get('location'), `/api/v1/sessions/${session.id}`);
    assert.deepEqual(
      started.map(({ sessionId, connectionId }) => [sessionId, connectionId]),
      [[session.id, org.id]],
    );
  });

  it('starts one at a time, and the same again for the same key', async () => {
    const first = (await start({ 'idempotency-key': `night-${org.name}` })).body as { session: Session };

    const again = (await start({ 'idempotency-key': `night-${org.name}` })).body as { session: Session };
    const another = await start();

    assert.equal(again.session.id, first.session.id);
    assert.equal(started.length, 1);
    assert.deepEqual(
      [another.status, (another.body as { code: string; sessionId: string }).sessionId],
      [409, first.session.id],
    );
    assert.equal((await getSession(api.knex, first.session.id)).trigger, 'api');
  });
});

import assert from 'node:assert/strict';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { SessionAnswer } from '../../../src/api/sessions/schemas';
import { setConnectionStatus } from '../../../src/db/connections/connections';
import { someConnection } from '../../db/support';
import { type Answer, useApi } from '../support/api';
import { useTemporal } from '../support/sync-commands';

const START = '/api/v1/syncs/incremental';

describe('starting an incremental sync', () => {
  const temporal = useTemporal();
  const api = useApi(() => temporal.commands);

  async function start(request: object, headers: Record<string, string> = {}): Promise<Answer> {
    return api.call('POST', START, { json: { module: 'Deals', ...request }, headers });
  }

  const problemOf = (answer: Answer): ProblemDocument => answer.body as ProblemDocument;

  it('answers 202 with the session, and the workflow carries what was asked', async () => {
    const { id: connectionId, name } = await someConnection(api.knex);
    const options = { fields: ['Amount'], since: '2026-01-31T08:00:00+05:30', massDeletePercent: 5 };

    const answer = await start({ connection: name, ...options });

    const { session } = SessionAnswer.parse(answer.body);
    assert.deepEqual([answer.status, answer.headers.get('location')], [202, session.links.self]);
    assert.deepEqual([session.sessionType, session.status], ['incremental_sync', 'initiated']);
    assert.deepEqual(session.options, options);
    const handle = temporal.client.workflow.getHandle(`incremental-sync:${name}:Deals`);
    const { type, memo, typedSearchAttributes } = await handle.describe();
    assert.deepEqual([type, memo], ['incrementalSync', { sessionId: session.id, requestedBy: api.actor('operator') }]);
    assert.deepEqual(Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])), {
      SyncConnection: name,
      SyncModule: 'Deals',
      SyncKind: 'incremental_sync',
      SyncStatus: 'initiated',
    });
    const { events } = await handle.fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    assert.deepEqual(JSON.parse(Buffer.from(input ?? []).toString('utf8')), {
      sessionId: session.id,
      connectionId,
      connection: name,
      module: 'Deals',
      options,
    });
  });

  it('is refused while another one of the module runs, which is named, but not by a full sync', async () => {
    const { name } = await someConnection(api.knex);
    const json = { module: 'Deals', connection: name };
    await api.call('POST', '/api/v1/syncs/full', { json });
    const first = SessionAnswer.parse((await start({ connection: name })).body);

    const answer = await start({ connection: name });

    assert.equal(answer.status, 409);
    assert.deepEqual([problemOf(answer).code, problemOf(answer).sessionId], ['sync_already_running', first.session.id]);
  });

  it('answers a repeated idempotency key with the same session, but not one that belongs to a full sync', async () => {
    const { name } = await someConnection(api.knex);
    const key = { 'idempotency-key': `often-${name}` };

    const [first, second] = [await start({ connection: name }, key), await start({ connection: name }, key)];
    const json = { module: 'Deals', connection: name };
    const other = await api.call('POST', '/api/v1/syncs/full', { json, headers: key });

    assert.deepEqual([first.status, second.status], [202, 202]);
    assert.equal(SessionAnswer.parse(second.body).session.id, SessionAnswer.parse(first.body).session.id);
    assert.equal(problemOf(other).code, 'idempotency_key_reused');
  });

  for (const since of ['yesterday', '2026-01-31', '2026-01-31T08:00:00']) {
    it(`is refused with a time that has no offset or is none: ${since}`, async () => {
      const answer = await start({ since });

      assert.equal(answer.status, 422);
      assert.deepEqual(
        problemOf(answer).errors?.map(({ pointer }) => pointer),
        ['#/since'],
      );
    });
  }

  it('is refused for a connection whose grant was revoked', async () => {
    const { id, name } = await someConnection(api.knex);
    await setConnectionStatus(api.knex, id, 'needs_reauth', 'Zoho answered invalid_code');

    const answer = await start({ connection: name });

    assert.equal(problemOf(answer).code, 'connection_needs_reauth');
  });
});

import assert from 'node:assert/strict';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { SessionAnswer } from '../../../src/api/sessions/schemas';
import { setConnectionStatus } from '../../../src/db/connections/connections';
import { recordRunUpdate } from '../../../src/db/runs/record-run-update';
import { findActiveSession, getSession, listSessions } from '../../../src/db/sessions/sessions';
import { sessionRun } from '../../../src/domain/runs/run';
import type { SyncCommands } from '../../../src/temporal/runs/sync-commands';
import { someConnection, someSession } from '../../db/support';
import { type Answer, useApi } from '../support/api';
import { unreachableTemporal, useTemporal } from '../support/sync-commands';

const START = '/api/v1/syncs/full';

describe('starting and steering a full sync', () => {
  const temporal = useTemporal();
  const down = unreachableTemporal();
  let commands: SyncCommands;
  const api = useApi(() => commands);
  beforeEach(() => {
    commands = temporal.commands;
  });

  async function start(request: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return api.call('POST', START, { json: { module: 'Deals', ...request }, headers });
  }

  /** A session whose workflow runs, on a connection of its own. */
  async function startedSession(): Promise<SessionAnswer> {
    const { name } = await someConnection(api.knex);
    return SessionAnswer.parse((await start({ connection: name })).body);
  }

  const problemOf = (answer: Answer): ProblemDocument => answer.body as ProblemDocument;

  it('answers 202 with the session and where to follow it, and the workflow carries what was asked', async () => {
    const connection = await someConnection(api.knex);

    const answer = await start({
      connection: connection.name,
      fields: ['Deal_Name', 'Amount'],
      path: 'list',
      massDeletePercent: 5,
    });

    const { session } = SessionAnswer.parse(answer.body);
    const { links } = session;
    const workflow = await temporal.client.workflow.getHandle(`full-sync:${connection.name}:Deals`).describe();
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get('location'), links.self);
    assert.equal(session.status, 'initiated');
    assert.equal(session.initiatedBy, api.actor('operator'));
    assert.deepEqual(session.options, { fields: ['Deal_Name', 'Amount'], path: 'list', massDeletePercent: 5 });
    assert.match(
      links.temporalUi ?? '',
      new RegExp(`/namespaces/default/workflows/full-sync%3A${connection.name}%3ADeals$`),
    );
    assert.equal(workflow.type, 'fullSync');
    assert.deepEqual(workflow.memo, { sessionId: session.id, requestedBy: api.actor('operator') });
    assert.deepEqual(
      workflow.typedSearchAttributes
        .getAll()
        .map(({ key, value }) => [key.name, value])
        .sort(),
      [
        ['SyncConnection', connection.name],
        ['SyncKind', 'full_sync'],
        ['SyncModule', 'Deals'],
        ['SyncStatus', 'initiated'],
      ],
    );
    assert.deepEqual(await inputOf(workflow.workflowId), {
      sessionId: session.id,
      connectionId: connection.id,
      connection: connection.name,
      module: 'Deals',
      options: { fields: ['Deal_Name', 'Amount'], path: 'list', massDeletePercent: 5 },
    });
  });

  async function inputOf(workflowId: string): Promise<unknown> {
    const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
    const data = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    return JSON.parse(Buffer.from(data ?? []).toString('utf8'));
  }

  it('refuses a second sync of the module and names the one that runs', async () => {
    const { session } = await startedSession();

    const answer = await start({ connection: session.connection });

    assert.equal(answer.status, 409);
    assert.equal(problemOf(answer).code, 'sync_already_running');
    assert.equal(problemOf(answer).sessionId, session.id);
  });

  it('refuses when Temporal runs a sync of the module that PostgreSQL does not know', async () => {
    const { id, name } = await someConnection(api.knex);
    await temporal.commands.startFullSync(
      { sessionId: 'unknown', connectionId: id, connection: name, module: 'Deals', options: {} },
      'test',
    );

    const answer = await start({ connection: name });

    assert.equal(problemOf(answer).code, 'sync_already_running');
    assert.equal(
      await findActiveSession(api.knex, { connectionId: id, moduleName: 'Deals', sessionType: 'full_sync' }),
      undefined,
    );
  });

  it('answers a repeated idempotency key with the same session', async () => {
    const { name } = await someConnection(api.knex);
    const key = { 'idempotency-key': `night-${name}` };

    const [first, second] = [await start({ connection: name }, key), await start({ connection: name }, key)];

    assert.deepEqual([first.status, second.status], [202, 202]);
    assert.equal(SessionAnswer.parse(second.body).session.id, SessionAnswer.parse(first.body).session.id);
  });

  it('makes one session of simultaneous requests with one idempotency key', async () => {
    const { id: connectionId, name } = await someConnection(api.knex);
    const key = { 'idempotency-key': `together-${name}` };

    const answers = await Promise.all([1, 2, 3, 4].map(() => start({ connection: name }, key)));

    assert.deepEqual(
      answers.map(({ status }) => status),
      [202, 202, 202, 202],
    );
    assert.equal((await listSessions(api.knex, { connectionId }, { limit: 10 })).length, 1);
  });

  it('refuses an idempotency key that came with another body', async () => {
    const { name } = await someConnection(api.knex);
    const key = { 'idempotency-key': `other-${name}` };
    await start({ connection: name }, key);

    const answer = await start({ connection: name, module: 'Leads' }, key);

    assert.equal(answer.status, 422);
    assert.equal(problemOf(answer).code, 'idempotency_key_reused');
  });

  it('refuses a connection that does not exist, with a pointer to it', async () => {
    const answer = await start({ connection: 'nowhere' });

    assert.equal(answer.status, 422);
    assert.deepEqual(
      problemOf(answer).errors?.map(({ pointer }) => pointer),
      ['#/connection'],
    );
  });

  it('refuses a connection whose grant was revoked, and says so', async () => {
    const { id, name } = await someConnection(api.knex);
    await setConnectionStatus(api.knex, id, 'needs_reauth', 'Zoho answered invalid_code');

    const answer = await start({ connection: name });

    assert.equal(problemOf(answer).code, 'connection_needs_reauth');
    assert.match(problemOf(answer).detail, /invalid_code.*pulse connect/);
  });

  it('leaves the module free, and the idempotency key too, when Temporal is down', async () => {
    const { name } = await someConnection(api.knex);
    const key = { 'idempotency-key': `down-${name}` };
    commands = down;

    const refused = await start({ connection: name }, key);
    commands = temporal.commands;
    const accepted = await start({ connection: name }, key);

    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '5');
    assert.deepEqual(
      [problemOf(refused).code, problemOf(refused).category, problemOf(refused).retryable],
      ['temporal_unavailable', 'workflow_engine', true],
    );
    assert.equal(accepted.status, 202);
  });

  it('shows sessions while Temporal is down, and refuses commands as retryable', async () => {
    const { links } = (await startedSession()).session;
    commands = down;

    const shown = await api.call('GET', links.self);
    const answers = await Promise.all(
      [`${links.self}/pause`, `${links.self}/cancel`].map((path) => api.call('POST', path)),
    );

    assert.equal(shown.status, 200);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [503, 503],
    );
  });

  it('says that no worker answers', async () => {
    const { links } = (await startedSession()).session;
    commands = temporal.hastyCommands;

    const answer = await api.call('POST', `${links.self}/pause`);

    assert.equal(answer.status, 503);
    assert.equal(problemOf(answer).code, 'no_worker');
  });

  describe('with a worker', () => {
    let stopWorker: () => Promise<void>;
    before(async () => {
      stopWorker = await temporal.startWorker();
    });
    after(() => stopWorker());

    it('pauses and resumes through the workflow', async () => {
      const { links } = (await startedSession()).session;

      const paused = await api.call('POST', `${links.self}/pause`, { json: { reason: 'month-end' } });
      const resumed = await api.call('POST', `${links.self}/resume`);

      assert.deepEqual([paused.status, resumed.status], [200, 200]);
    });

    it('answers 202 for a command that was accepted but is not yet in effect', async () => {
      const { links } = (await startedSession()).session;
      await api.call('POST', `${links.self}/resume`);
      commands = temporal.hastyCommands;

      const answer = await api.call('POST', `${links.self}/pause`, { json: { reason: 'never takes effect' } });

      assert.equal(answer.status, 202);
    });

    it("passes on the workflow's reason for refusing a command", async () => {
      const { links } = (await startedSession()).session;

      const answer = await api.call('POST', `${links.self}/pause`, { json: { reason: 'is refused' } });

      assert.equal(problemOf(answer).code, 'command_refused');
      assert.equal(problemOf(answer).detail, 'It cannot be paused now.');
    });

    it('cancels the workflow', async () => {
      const { session } = await startedSession();
      const { links } = session;

      const answer = await api.call('POST', `${links.self}/cancel`);

      assert.equal(answer.status, 202);
      await assert.rejects(temporal.client.workflow.getHandle(session.workflowId ?? '').result(), /cancelled/i);
    });
  });

  it('ends a session as cancelled when its workflow is gone', async () => {
    const { session } = await startedSession();
    const { links } = session;
    await temporal.client.workflow.getHandle(session.workflowId ?? '').terminate('by hand');

    const paused = await api.call('POST', `${links.self}/pause`);
    const cancelled = await api.call('POST', `${links.self}/cancel`);
    const again = await api.call('POST', `${links.self}/cancel`);

    assert.equal(problemOf(paused).code, 'workflow_not_running');
    assert.deepEqual([cancelled.status, again.status], [200, 200]);
    assert.equal((await getSession(api.knex, session.id)).status, 'cancelled');
  });

  it('refuses commands to a session that has ended', async () => {
    const { id } = await someSession(api.knex);
    await recordRunUpdate(api.knex, { run: sessionRun(id), sequence: 1, patch: { status: 'completed' } });

    const answers = await Promise.all(
      ['pause', 'resume', 'cancel'].map((name) => api.call('POST', `/api/v1/sessions/${id}/${name}`)),
    );

    assert.deepEqual(
      answers.map((answer) => problemOf(answer).code),
      Array(3).fill('session_finished'),
    );
  });
});

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { insertLedgerEntries } from '../../src/db/credits/api-ledger';
import { closeRun } from '../../src/db/runs/close-run';
import { recordRunUpdate } from '../../src/db/runs/record-run-update';
import { sessionRun } from '../../src/domain/runs/run';
import { SyncWorkflowNotRunning } from '../../src/temporal/runs/command-errors';
import { NO_TEMPORAL, useApi } from '../api/support/api';
import { unreachableTemporal } from '../api/support/sync-commands';
import { someConnection, someSession } from '../db/support';
import { pulse } from './support';

const NOBODYS_SESSION = '01890000-0000-7000-8000-000000000000';
const log = (message: string) => ({
  level: 'INFO' as const,
  component: 'test',
  message,
  at: '2026-03-01T10:00:00.000Z',
});

describe('pulse sessions', () => {
  const down = unreachableTemporal();
  let commands = NO_TEMPORAL;
  const api = useApi(() => commands);
  afterEach(() => (commands = NO_TEMPORAL));

  it('lists sessions as an aligned table', async () => {
    const { id: connectionId, name } = await someConnection(api.knex);
    for (const moduleName of ['Leads', 'Deals']) await someSession(api.knex, { connectionId, moduleName });

    const { code, out } = await pulse(api, ['sessions', 'list', '--connection', name]);

    const lines = out.trimEnd().split('\n');
    assert.equal(code, 0);
    assert.match(lines[0]!, /^id +module +status +started /);
    assert.deepEqual(
      lines.slice(2).map((line) => line.split(/ {2,}/).slice(1, 3)),
      [
        ['Deals', 'initiated'],
        ['Leads', 'initiated'],
      ],
    );
  });

  it('narrows the list, and says when it is empty', async () => {
    const { id } = await someSession(api.knex, { moduleName: 'Contacts' });

    const found = await pulse(api, ['sessions', 'list', '--module', 'Contacts', '--json', '--limit', '1']);
    const none = await pulse(api, ['sessions', 'list', '--module', 'Contacts', '--status', 'paused,failed']);

    assert.deepEqual(
      (JSON.parse(found.out) as { id: string }[]).map((session) => session.id),
      [id],
    );
    assert.equal(none.out, 'No sessions.\n');
  });

  it('shows a session, for people and as JSON', async () => {
    const { id } = await someSession(api.knex);

    const text = await pulse(api, ['sessions', 'show', id]);
    const json = await pulse(api, ['--json', 'sessions', 'show', id]);

    assert.match(
      text.out,
      new RegExp(`^session +${id}\nmodule +Deals \\(\\w+\\)\ntype +full_sync\nstatus +initiated\n`),
    );
    assert.equal((JSON.parse(json.out) as { id: string }).id, id);
  });

  it('shows what a night did for each module and in all', async () => {
    const { id } = await someSession(api.knex, { sessionType: 'nightly', moduleName: '*' });
    const night = (module: string, credits: number) => ({
      module,
      outcome: 'completed',
      reason: null,
      sessionId: null,
      ...{ read: 1_000, created: 2, updated: 3, deleted: 4, credits },
    });
    const result = { modules: [night('Accounts', 31), night('Deals', 62)], credits: 93 };
    await recordRunUpdate(api.knex, { run: sessionRun(id), sequence: 1, patch: { result }, logs: [] });

    const { out } = await pulse(api, ['sessions', 'show', id]);

    assert.match(out, /^Accounts +completed: 1,000 read, 2 created, 3 updated, 4 deleted, 31 credits$/m);
    assert.match(out, /^in all +2,000 read, 4 created, 6 updated, 8 deleted, 93 credits$/m);
    assert.doesNotMatch(out, /^records/m);
  });

  it('writes the log of a session to its last line, however many pages that takes', async () => {
    const { id } = await someSession(api.knex);
    const messages = Array.from({ length: 250 }, (_, index) => `line ${index}`);
    await recordRunUpdate(api.knex, { run: sessionRun(id), sequence: 1, patch: {}, logs: messages.map(log) });

    const { out } = await pulse(api, ['sessions', 'logs', id]);

    assert.deepEqual(
      out.trimEnd().split('\n'),
      messages.map((message) => `2026-03-01T10:00:00.000Z  INFO      test: ${message}`),
    );
  });

  it('follows a log until the session has ended', async () => {
    const { id } = await someSession(api.knex);
    const following = pulse(api, ['sessions', 'logs', id, '--follow', '--json']);
    await sleep(100);
    await recordRunUpdate(api.knex, { run: sessionRun(id), sequence: 1, patch: {}, logs: [log('late')] });
    await closeRun(api.knex, sessionRun(id), { status: 'failed', reason: 'on purpose' });

    const { code, out } = await following;

    assert.equal(code, 0);
    const messages = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message: string }).message);
    assert.equal(messages.filter((message) => message === 'late').length, 1);
  });

  it('shows what a session called', async () => {
    const { id: sessionId, connectionId } = await someSession(api.knex);
    const counts = { calls: 3, credits: 3, failedCalls: 1, rateLimited: 1, failures: { rate_limited: 1 } };
    await insertLedgerEntries(api.knex, [
      {
        connectionId,
        sessionId,
        operation: 'list_records',
        ...counts,
        bytesReceived: 2_500_000,
        bytesSent: 0,
        latencyMsTotal: 600,
      },
    ]);

    const { out } = await pulse(api, ['sessions', 'calls', sessionId]);

    assert.match(out, /^list_records +3 +3 +200 +- +2\.50 +1 {2}rate_limited 1$/m);
  });

  it('cancels a session whose workflow is gone', async () => {
    const { id } = await someSession(api.knex, { workflowId: 'sync:test:gone' });
    commands = { ...NO_TEMPORAL, cancel: () => Promise.reject(new SyncWorkflowNotRunning('sync:test:gone')) };

    const { code, out } = await pulse(api, ['sessions', 'cancel', id, '--reason', 'not needed']);

    assert.equal(code, 0);
    assert.match(out, /^status +cancelled$/m);
    assert.match(out, /^reason +not needed$/m);
  });

  it('ends with 3 when Temporal is away', async () => {
    const { id } = await someSession(api.knex, { workflowId: 'sync:test:away' });
    commands = down;

    const { code, err } = await pulse(api, ['sessions', 'pause', id]);

    assert.equal(code, 3);
    assert.match(err, /^pulse: Temporal cannot be reached: /);
  });

  it('ends with 4 when the API refuses: no such session, no such key, not allowed, not in this state', async () => {
    const { id } = await someSession(api.knex);
    await closeRun(api.knex, sessionRun(id), { status: 'failed', reason: 'on purpose' });

    const outcomes = [
      await pulse(api, ['sessions', 'show', NOBODYS_SESSION]),
      await pulse(api, ['sessions', 'show', id], 'pps_guessed'),
      await pulse(api, ['sessions', 'pause', id], api.keys.viewer),
      await pulse(api, ['sessions', 'resume', id]),
    ];

    assert.deepEqual(
      outcomes.map(({ code, err }) => [code, err.split(':')[1]]),
      [
        [4, ' No such session'],
        [4, ' No valid API key'],
        [4, ' The role of the API key does not allow this'],
        [4, ' The session has ended'],
      ],
    );
  });

  it('ends with 2 when a value is not valid', async () => {
    const { code, err } = await pulse(api, ['sessions', 'show', 'the-latest']);

    assert.equal(code, 2);
    assert.match(err, /Must be the id of a session/);
  });
});

describe('pulse health', () => {
  const down = unreachableTemporal();
  let temporalAnswers = true;
  const api = useApi(() => (temporalAnswers ? { ...NO_TEMPORAL, ping: async () => undefined } : down));

  it('shows every part', async () => {
    const { code, out } = await pulse(api, ['health']);

    assert.deepEqual([code, out], [0, 'api         ok\ndatabase    ok\nmigrations  ok\ntemporal    ok\n']);
  });

  it('ends with 1 when a part is missing, and shows which', async () => {
    temporalAnswers = false;

    const { code, out, err } = await pulse(api, ['health']);

    assert.equal(code, 1);
    assert.match(out, /^temporal +failed$/m);
    assert.equal(err, 'pulse: Not ready: temporal.\n');
  });
});
